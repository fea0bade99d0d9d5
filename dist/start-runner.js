import { runStartRunner } from './index.js';
await runStartRunner(new URL('..', import.meta.url));
