/** The one bundle: each action's stub in `dist/` calls its own entry. */
export { runReapRunners } from './reap-runners.js';
export { runStartRunner, runStartRunnerPost } from './start-runner.js';
export { runStopRunner } from './stop-runner.js';
