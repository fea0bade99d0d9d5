import { runRunTox } from './index.js';
await runRunTox(new URL('..', import.meta.url));
