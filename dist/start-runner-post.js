import { runStartRunnerPost } from './index.js';
await runStartRunnerPost(new URL('..', import.meta.url));
