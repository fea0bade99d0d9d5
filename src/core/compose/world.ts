import type { Clock } from '../kernel/clock.js';
import type { Containers } from '../ports/containers.js';
import type { ComposeHost } from './host.js';
import type { PhaseEnd } from './phases.js';
import type { Plan } from './plan.js';

/** Where a Compose project runs. */
export interface ComposeWorld {
  readonly containers: Containers;
  readonly host: ComposeHost;
  readonly clock: Clock;
  /** Unique, and already in the action's state: the post step removes by it what is left. */
  readonly projectName: string;
  /** Aborted when the step is canceled or EC2 takes the machine, with a `Failure` as its reason. */
  readonly signal: AbortSignal;
  /** What runs in place of the services and the session, once all images are there. */
  readonly onImages?: (plan: Plan) => Promise<void>;
  /** Called at the end of `collect` if nothing has failed so far: keeps the results of the run. */
  readonly gather?: () => Promise<PhaseEnd>;
}
