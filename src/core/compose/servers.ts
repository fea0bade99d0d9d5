import { plural } from '../kernel/plural.js';
import type { ContainerState } from '../ports/containers.js';
import { describeExit } from './readiness.js';

/** A server that did not outlive the session. */
export interface Death {
  readonly service: string;
  readonly containerId: string;
  /** Completes "SERVICE … during the session". */
  readonly what: string;
}

type LastExit = Pick<ContainerState, 'exitCode' | 'oomKilled'>;

export interface SessionFacts {
  /** When the session ended, epoch ms. */
  readonly endedAt: number;
  /** Whether a container was ready by its health check or a port. */
  readonly isProvenServer: (containerId: string) => boolean;
  /** The last exit before a restart, if it was seen: a running container shows none. */
  readonly lastExitOf: (containerId: string) => LastExit | undefined;
}

/**
 * Compares the servers after a session with those before it. A one-shot that ended with 0 is no death, and neither is
 * what happened after the session.
 */
export function findDeaths(
  before: readonly ContainerState[],
  after: readonly ContainerState[],
  { endedAt, isProvenServer, lastExitOf }: SessionFacts,
): Death[] {
  const later = new Map(after.map((state) => [state.id, state]));
  return before.flatMap((old) => {
    if (old.status === 'exited' || old.status === 'dead' || old.service === undefined) return [];
    const what = compare(old, later.get(old.id), {
      endedAt,
      isProven: isProvenServer(old.id),
      lastExit: lastExitOf(old.id),
    });
    return what === undefined ? [] : [{ service: old.service, containerId: old.id, what }];
  });
}

function compare(
  old: ContainerState,
  now: ContainerState | undefined,
  { endedAt, isProven, lastExit }: { endedAt: number; isProven: boolean; lastExit: LastExit | undefined },
): string | undefined {
  if (!now) return 'was removed';
  const isAfter = now.finishedAt !== undefined && now.finishedAt > endedAt;
  const restarts = now.restarts - old.restarts;
  const exit = now.status === 'running' ? lastExit : now;
  const last = exit === undefined ? '' : ` (it last ${describeExit(exit)})`;
  if (restarts > 0) return isAfter && restarts === 1 ? undefined : `was restarted ${plural(restarts, 'time')}${last}`;
  if (now.status === 'exited' || now.status === 'dead') {
    if (isAfter || (now.exitCode === 0 && !now.error && !isProven)) return undefined;
    return describeExit(now);
  }
  if (now.status === 'restarting') return isAfter ? undefined : `is restarting${last}`;
  if (old.startedAt !== now.startedAt && !isAfter) return 'was restarted';
  return undefined;
}
