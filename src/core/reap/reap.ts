import type { Clock } from '../kernel/clock.js';
import type { Log } from '../ports/process.js';
import type { ReaperEc2 } from '../ports/ec2.js';
import type { ReaperGitHub } from '../ports/github.js';
import type { Scope } from '../kernel/identity.js';
import { listCandidates } from './candidates.js';
import type { Reaped, ReapRequest } from './finding.js';
import { Sweep } from './sweep.js';
import { GitHubByScope, look } from './world.js';

export type { Reaped } from './finding.js';
export { refuseIncomplete } from './refusal.js';

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
  const gitHubByScope = new GitHubByScope(ports.gitHubOf);
  const world = await ports.log.group('Look at everything', () => look(request.reach, { ...ports, gitHubByScope }));
  const candidates = listCandidates(request, world, { ...ports, gitHubByScope });
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
