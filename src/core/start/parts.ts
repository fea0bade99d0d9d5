import type { Claimer } from './claim.js';
import type { listClaimable, viewOwnPool } from './claimable.js';
import type { StartPorts } from './ports.js';
import type { Singleton } from './singleton.js';

/** Code that few starts need. It is loaded for a request that needs it, and then stays loaded. */
export interface LateParts {
  /** For a request with `machineName`. */
  readonly loadSingleton: () => Promise<typeof Singleton>;
  /** For a request with `pool`. */
  readonly loadPool: () => Promise<PoolParts>;
}

interface PoolParts {
  readonly Claimer: typeof Claimer;
  readonly listClaimable: typeof listClaimable;
  readonly viewOwnPool: typeof viewOwnPool;
}

/** Everything that a start uses. */
export type StartParts = StartPorts & LateParts;
