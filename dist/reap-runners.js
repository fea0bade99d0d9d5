import { runReapRunners } from './index.js';
await runReapRunners(new URL('..', import.meta.url));
