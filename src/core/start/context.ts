import type { PlanQueue } from '../machine/plan-queue.js';
import type { Preflight } from '../machine/preflight.js';
import type { PreparedRegions } from '../machine/region-setup.js';
import type { Created } from './created.js';
import type { RegistrationTokens } from './registration-tokens.js';
import type { Pooled } from './claimable.js';
import type { StartPorts } from './ports.js';
import type { StartRequest } from './request.js';

/** A request that has passed the preflight. */
export interface CheckedRequest extends Preflight {
  readonly request: StartRequest;
  /** Instances of the request's pool that may be claimed. */
  readonly pooled: readonly Pooled[];
}

/** What registering, claiming and launching for one start have in common. */
export interface StartContext extends CheckedRequest {
  readonly queue: PlanQueue;
  /** Resolves when GitHub has answered about the images. No instance is touched before. */
  readonly regions: Promise<PreparedRegions>;
  readonly created: Created;
  readonly tokens: RegistrationTokens;
  /** Its signal is also aborted by the first failure of the start. */
  readonly ports: StartPorts;
}
