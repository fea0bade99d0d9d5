/** The one bundle: each action's stub in `dist/` calls its own entry. */
export { runStartRunner, runStartRunnerPost } from './start-runner.js';
export { runStopRunner } from './stop-runner.js';
