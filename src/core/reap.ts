import type { Clock, Log, ReaperEc2, ReaperGitHub } from './ports.js';
import type { Scope } from './identity.js';
import { listCandidates } from './reap-candidates.js';
import type { Reaped, ReapRequest } from './reap-finding.js';
import { Sweep } from './reap-sweep.js';
import { Hubs, look } from './reap-world.js';

export type { Reaped } from './reap-finding.js';
export { refuseIncomplete } from './reap-refusal.js';

export interface ReapPorts {
  /** One for each region to sweep. */
  readonly regions: readonly ReaperEc2[];
  /** GitHub for the runners of a scope or, of a repository's scope, its runs. */
  readonly gitHubOf: (scope: Scope) => Promise<ReaperGitHub>;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/**
 * Takes away what no job needs: orphans, ghosts, volumes and spot requests. Everything is listed before anything is
 * touched. What could not be listed, judged or removed is a finding and concerns that alone, for an outage must never
 * look like emptiness; the sweep goes on with all else, and fails in the end: see `refuseIncomplete`.
 */
export async function reap(request: ReapRequest, ports: ReapPorts): Promise<Reaped> {
  const hubs = new Hubs(ports.gitHubOf);
  const world = await ports.log.group('Look at everything', () => look(request.reach, { ...ports, hubs }));
  const candidates = listCandidates(request, world, { ...ports, hubs });
  const sweep = new Sweep(request.dryRun, ports);
  const title = request.dryRun ? 'Judge' : 'Judge and remove';
  const swept = await ports.log.group(title, () => sweep.run(candidates, world.gaps));
  return {
    ...swept,
    instancesSeen: world.instances.length,
    runnersSeen: world.runners.length,
    cancelled: ports.signal.aborted,
  };
}
