import { runStopRunner } from './index.js';
await runStopRunner(new URL('..', import.meta.url));
