import { Failure } from './failure.js';
import type { Clock, Log, ReaperEc2, ReaperGitHub } from './ports.js';
import type { Scope } from './identity.js';
import { Candidates } from './reap-candidates.js';
import type { Finding, ReapRequest } from './reap-finding.js';
import { Sweep } from './reap-sweep.js';
import { Hubs, look } from './reap-world.js';

export interface ReapPorts {
  /** One for each region to sweep. */
  readonly regions: readonly ReaperEc2[];
  /** GitHub for the runners of a scope or, of a repository's scope, its runs. */
  readonly gitHubOf: (scope: Scope) => Promise<ReaperGitHub>;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

export interface Reaped {
  readonly findings: readonly Finding[];
  readonly instancesSeen: number;
  readonly runnersSeen: number;
  /** Set when the sweep was cancelled: not everything was looked at. */
  readonly cancelled: boolean;
}

/**
 * Takes away what no job needs: orphans, ghosts, volumes and spot requests. Every listing is read to its end before
 * anything is touched, and what could not be listed ends the sweep: an outage must never look like emptiness.
 *
 * What could not be judged or removed is a finding, and the sweep goes on: see {@link refuseIncomplete}.
 *
 * @throws Failure as the adapters throw it; then nothing was touched
 */
export async function reap(request: ReapRequest, ports: ReapPorts): Promise<Reaped> {
  const hubs = new Hubs(ports.gitHubOf);
  const world = await ports.log.group('Look at everything', () => look(request.reach, { ...ports, hubs }));
  const candidates = new Candidates(request, world, { ...ports, hubs }).list();
  const sweep = new Sweep(request.dryRun, ports);
  const findings = await ports.log.group(request.dryRun ? 'Judge' : 'Judge and remove', () => sweep.run(candidates));
  return {
    findings,
    instancesSeen: world.instances.length,
    runnersSeen: world.runners.length,
    cancelled: ports.signal.aborted,
  };
}

/** @throws Failure `cleanup-incomplete` when something could not be judged or removed; `cancelled` */
export function refuseIncomplete({ findings, cancelled }: Reaped): void {
  const failures = findings.flatMap(({ kind, id, failure }) => (failure ? [{ what: `${kind} ${id}`, failure }] : []));
  const [first, ...others] = failures;
  if (first) {
    const sentences = failures.map(({ what, failure }) => `${what}: ${failure.message}`);
    const hints = new Set(failures.map(({ failure }) => failure.hint));
    const { requestId } = first.failure.about;
    throw new Failure(
      'cleanup-incomplete',
      others.length === 0
        ? `One thing could not be dealt with. ${sentences[0]}`
        : `${failures.length} of ${findings.length} findings could not be dealt with.`,
      {
        hint: `${[...hints].join(' ')} The next sweep tries again.`,
        details: others.length === 0 ? [] : sentences,
        ...(requestId !== undefined && { requestId }),
      },
    );
  }
  if (!cancelled) return;
  throw new Failure('cancelled', `The sweep was cancelled after ${findings.length} findings.`, {
    hint: 'Nothing is half done: the next sweep goes on where this one ended.',
  });
}
