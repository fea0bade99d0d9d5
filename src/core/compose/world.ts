import type { Clock } from '../kernel/clock.js';
import type { Containers } from '../ports/containers.js';
import type { ComposeHost } from './host.js';

/** Where a Compose project runs. */
export interface ComposeWorld {
  readonly containers: Containers;
  readonly host: ComposeHost;
  readonly clock: Clock;
  /** Unique, and already in the action's state: the post step removes by it what is left. */
  readonly projectName: string;
  /** Aborted when the step is canceled or EC2 takes the machine, with a `Failure` as its reason. */
  readonly signal: AbortSignal;
}
