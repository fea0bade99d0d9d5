/** What `dist/` is made of: each action's stub there calls its own entry. */
export { runCheckTests } from './check-tests.js';
export { runFillPool } from './fill-pool.js';
export { runReapRunners } from './reap-runners.js';
export { runReportTests } from './report-tests.js';
export { runRunTox } from './run-tox.js';
export { runStartRunner, runStartRunnerPost } from './start-runner.js';
export { runStopRunner } from './stop-runner.js';
