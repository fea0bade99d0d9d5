import type { Run } from '../kernel/identity.js';

export interface StopRequest {
  readonly run: Run;
  readonly label: string | undefined;
  readonly instanceIds: readonly string[];
  /** Ends everything of the run, even while jobs run on it. */
  readonly all: boolean;
  /** RUNNER_NAME: the runner on which this stop runs. */
  readonly runnerName: string | undefined;
  /** Waits until EC2 reports the instances as `terminated`. */
  readonly wait: boolean;
}
