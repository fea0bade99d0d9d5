import type { Run } from '../kernel/identity.js';
import type { StartedMachine } from './started-machines.js';

export interface StopRequest {
  readonly run: Run;
  readonly label: string | undefined;
  readonly instanceIds: readonly string[];
  /** Ends everything of the run, even while jobs run on it. */
  readonly all: boolean;
  /**
   * `mode: stop` of ec2-github-runner: with neither a label nor an id, the start of this stop has handed nothing over,
   * so nothing is ended that another start may have handed over.
   */
  readonly isMigrated?: boolean;
  /** A label or ids are given, but none of them is valid. Then the rest may be more than what was meant. */
  readonly hasInvalidIds?: boolean;
  /** RUNNER_NAME: the runner on which this stop runs. */
  readonly runnerName: string | undefined;
  /** Waits until EC2 reports the instances as `terminated`. */
  readonly wait: boolean;
  /** The machines by their ids, as start-runner described them, if that is given. For the summary alone. */
  readonly started?: ReadonlyMap<string, StartedMachine>;
  /** When the job on the machine began and ended, if it is given; epoch ms. For the summary alone. */
  readonly job?: readonly [from: number, to: number] | undefined;
}
