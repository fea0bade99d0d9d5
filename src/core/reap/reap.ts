import type { Clock } from '../kernel/clock.js';
import type { Scope } from '../kernel/identity.js';
import type { ReaperEc2 } from '../ports/ec2.js';
import type { ReaperGitHub } from '../ports/github.js';
import type { Log } from '../ports/process.js';
import type { SweepResult } from './finding.js';
import { GitHubByScope } from './github-by-scope.js';
import { listCandidates, listInventory } from './inventory.js';
import type { Reach } from './reach.js';
import { Sweep } from './sweep.js';

export type { SweepResult } from './finding.js';
export { refuseIncomplete } from './refusal.js';

export interface ReapRequest {
  readonly reach: Reach;
  readonly graceMs: number;
  readonly dryRun: boolean;
}

export interface ReapPorts {
  /** One for each region to sweep. */
  readonly regions: readonly ReaperEc2[];
  /** GitHub for the runners of a scope or, with a repository's scope, for its runs. */
  readonly gitHubOf: (scope: Scope) => Promise<ReaperGitHub>;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/**
 * Removes what no job needs: orphans, ghosts, volumes and spot requests. Everything is listed before anything is
 * removed. What could not be listed, judged or removed becomes a finding of its own, because an outage must never look
 * like emptiness. The sweep continues with everything else, and `refuseIncomplete` fails it in the end.
 */
export async function reap(request: ReapRequest, ports: ReapPorts): Promise<SweepResult> {
  const { reach, graceMs, dryRun } = request;
  const { clock, log, signal } = ports;
  const gitHubByScope = new GitHubByScope(ports.gitHubOf);
  const inventory = await log.group('List everything', () => listInventory(reach, { ...ports, gitHubByScope }));
  const context = { home: reach.home, graceMs, inventory, gitHubByScope, clock };
  const sweep = new Sweep(context, { dryRun, listedAt: clock.now(), log, signal });
  const title = dryRun ? 'Judge' : 'Judge and remove';
  const swept = await log.group(title, () => sweep.run(listCandidates(inventory), inventory.gaps));
  return {
    ...swept,
    instancesSeen: inventory.instances.length,
    runnersSeen: inventory.runners.length,
    cancelled: signal.aborted,
  };
}
