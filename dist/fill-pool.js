import { runFillPool } from './index.js';
await runFillPool(new URL('..', import.meta.url));
