/** Everything about pools that few starts need: they load this module only with a pool. */

export { Claimer } from '../src/core/start/claim.js';
export { listClaimable, viewOwnPool } from '../src/core/start/claimable.js';
