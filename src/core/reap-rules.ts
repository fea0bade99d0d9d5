import { TAG } from './identity.js';
import type { Instance, Runner, SpotRequest, Volume } from './ports.js';

/** What may be taken away, decided from facts alone. In doubt the answer is always `keep`, with the doubt said. */
export type Verdict =
  | { readonly kind: 'keep'; readonly why: string }
  /** Somebody should look: a tag that a person changed, a machine beyond its time that is still busy. */
  | { readonly kind: 'skip'; readonly why: string }
  | { readonly kind: 'remove'; readonly why: string };

export interface InstanceFacts {
  /** `absent` only when the scope's whole listing was read and the runner's own address says so, too. */
  readonly runner: Runner | 'absent';
  /** Whether the run attempt that started it is over; `unknown` when GitHub no longer has the run. */
  readonly attempt: 'active' | 'completed' | 'unknown';
  readonly now: number;
  readonly graceMs: number;
}

/** An orphan is an instance that nobody needs. One whose runner is busy is never one, whatever else is true. */
export function judgeInstance(instance: Instance, facts: InstanceFacts): Verdict {
  const { runner, attempt, now, graceMs } = facts;
  const expires = instance.tags[TAG.expiresAt];
  const expiresAt = Date.parse(expires ?? '');
  if (Number.isNaN(expiresAt)) {
    return { kind: 'skip', why: `its tag ${TAG.expiresAt} is ${JSON.stringify(expires ?? '')}, which is no time` };
  }
  const age = now - instance.launchedAt;
  if (runner !== 'absent' && runner.busy) {
    const overdue = expiresAt <= now;
    return overdue
      ? { kind: 'skip', why: 'it is beyond its time, but its runner is busy' }
      : { kind: 'keep', why: 'its runner is busy' };
  }
  if (expiresAt <= now) return { kind: 'remove', why: `its time was over at ${new Date(expiresAt).toISOString()}` };
  if (age < graceMs) return { kind: 'keep', why: 'it is younger than the grace' };
  if (attempt === 'completed') return { kind: 'remove', why: 'its run attempt is completed' };
  if (runner === 'absent') return { kind: 'remove', why: 'it has no registered runner' };
  if (runner.status !== 'online') return { kind: 'remove', why: `its runner is ${runner.status}, and not busy` };
  return { kind: 'keep', why: 'its runner is online' };
}

/** The names that start-runner gives: `ec2-<run>-<attempt>-<job>-<start>-<index>`. */
const NAME = /^ec2-(\d+)-(\d+)-.*-[0-9a-f]{8}-\d+(?:r\d+)?$/;

/** The run that a runner's name tells of; `undefined` when this suite did not name it. */
export function readRunnerName(name: string): { readonly runId: string; readonly runAttempt: string } | undefined {
  const [, runId, runAttempt] = NAME.exec(name) ?? [];
  return runId && runAttempt ? { runId, runAttempt } : undefined;
}

/**
 * A ghost is a registered runner with no instance. While its run goes on, an instance may be about to be launched
 * for it, and the run's own stop is still to come: only a completed attempt's runners are taken away.
 */
export function judgeRunner(
  runner: Runner,
  facts: { readonly hasInstance: boolean; readonly attempt: InstanceFacts['attempt'] },
): Verdict {
  if (runner.busy) return { kind: 'keep', why: 'it is busy' };
  if (runner.status === 'online') return { kind: 'keep', why: 'it is online' };
  if (facts.hasInstance) return { kind: 'keep', why: 'its instance is there' };
  if (facts.attempt === 'active') return { kind: 'keep', why: 'its run is still going on' };
  return { kind: 'remove', why: 'it is offline, has no instance, and its run is over' };
}

export function judgeVolume(volume: Volume, facts: { readonly now: number; readonly graceMs: number }): Verdict {
  if (volume.state !== 'available') return { kind: 'keep', why: `it is ${volume.state}` };
  if (facts.now - volume.createdAt < facts.graceMs) return { kind: 'keep', why: 'it is younger than the grace' };
  return { kind: 'remove', why: 'no instance holds it' };
}

export function judgeSpotRequest(
  request: SpotRequest,
  facts: { readonly now: number; readonly graceMs: number },
): Verdict {
  if (request.state !== 'open') return { kind: 'keep', why: `it is ${request.state}` };
  if (facts.now - request.createdAt < facts.graceMs) return { kind: 'keep', why: 'it is younger than the grace' };
  return { kind: 'remove', why: 'it is still open, and would launch an instance that nobody waits for' };
}
