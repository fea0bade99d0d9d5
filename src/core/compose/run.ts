import type { Clock } from '../kernel/clock.js';
import type { Containers } from '../ports/containers.js';
import type { Log } from '../ports/process.js';
import type { ComposeHost } from './host.js';
import type { ComposeOutcome } from './outcome.js';
import type { ComposeRequest } from './request.js';

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

/**
 * Runs a Compose project as a test. What goes wrong with the user's project is an outcome, not an exception.
 *
 * @throws Failure of Docker (`docker-missing` …) or of the inputs (`bad-input`) before anything was started, and the
 *   signal's reason, after everything of the project was removed
 */
export async function runCompose(_request: ComposeRequest, _world: ComposeWorld, _log: Log): Promise<ComposeOutcome> {
  throw new Error('not written yet');
}
