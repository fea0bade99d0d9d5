import { runCheckTests } from './index.js';
await runCheckTests(new URL('..', import.meta.url));
