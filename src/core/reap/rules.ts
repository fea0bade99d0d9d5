import { CLOCK_SKEW_MS, LONGEST_STAY_MS } from '../kernel/bounds.js';
import type { AttemptState, Runner } from '../ports/github.js';
import type { Instance, SpotRequest, Volume } from '../ports/ec2.js';

/** What may be taken away, decided from facts alone. In doubt the answer is always `keep`, with the doubt said. */
export type ReapDecision =
  | { readonly kind: 'keep'; readonly why: string }
  /** A person should look: a tag was changed, a machine is beyond its time and still busy. `since`: epoch ms. */
  | { readonly kind: 'skip'; readonly why: string; readonly since: number }
  | { readonly kind: 'remove'; readonly why: string };

export interface InstanceFacts {
  /** `absent` only when the whole listing of its scope has been read. */
  readonly runner: Runner | 'absent';
  /** Of the run that started it. */
  readonly attempt: AttemptState;
  readonly expiresAt: number;
  /** When it was taken from a pool. */
  readonly claimedAt?: number;
  readonly now: number;
  readonly graceMs: number;
}

/**
 * An orphan is an instance that no job needs. One whose runner is busy is never one, whatever else is true. Every
 * other reason to keep one ends at its `expires-at`, and that can be no later than any start would write it.
 */
export function judgeInstance(instance: Instance, facts: InstanceFacts): ReapDecision {
  const { runner, attempt, expiresAt, claimedAt = 0, now, graceMs } = facts;
  const isFuture = claimedAt > now + CLOCK_SKEW_MS;
  const began = Math.max(instance.launchedAt, isFuture ? 0 : claimedAt);
  const end = Math.min(expiresAt, began + LONGEST_STAY_MS);
  const overdue = `its time was over at ${new Date(end).toISOString()}`;
  if (runner !== 'absent' && runner.busy) {
    return end <= now
      ? { kind: 'skip', why: `${overdue}, but its runner is busy`, since: end }
      : { kind: 'keep', why: 'its runner is busy' };
  }
  if (isFuture) {
    return { kind: 'skip', why: 'its tag says that it was claimed in the future', since: instance.launchedAt };
  }
  if (end <= now) return { kind: 'remove', why: overdue };
  if (attempt === 'completed') return { kind: 'remove', why: 'the run attempt that started it is completed' };
  if (now - began < graceMs) {
    return { kind: 'keep', why: 'it is younger than the grace' };
  }
  // A runner's instance terminates where others stop, and one of a pool is started right after it was claimed.
  if (instance.state === 'stopped' || instance.state === 'stopping') {
    return { kind: 'remove', why: `it is ${instance.state}, and nothing will start it again` };
  }
  if (runner === 'absent') return { kind: 'remove', why: 'it has no registered runner' };
  if (runner.status === 'online') return { kind: 'keep', why: 'its runner is online' };
  // It may be booting, for as long as its start allows, or GitHub may have lost sight of all runners at once.
  return { kind: 'keep', why: `its runner is ${runner.status}, and its run is not over` };
}

/**
 * A ghost is a registered runner with no instance. While its run goes on, an instance may be about to be launched
 * for it, and the run's own stop is still to come: only a completed attempt's runners are taken away.
 */
export function judgeRunner(
  runner: Runner,
  facts: { readonly hasInstance: boolean; readonly attempt: AttemptState },
): ReapDecision {
  if (runner.busy) return { kind: 'keep', why: 'it is busy' };
  if (runner.status !== 'offline') return { kind: 'keep', why: `it is ${runner.status}` };
  if (facts.hasInstance) return { kind: 'keep', why: 'its instance is there' };
  if (facts.attempt === 'active') return { kind: 'keep', why: 'its run is still going on' };
  if (facts.attempt === 'unknown') return { kind: 'keep', why: 'GitHub does not know its run' };
  return { kind: 'remove', why: 'it is offline, has no instance, and its run attempt is completed' };
}

interface AgeFacts {
  readonly now: number;
  readonly graceMs: number;
}

/** A volume that its instance left behind. */
export function judgeVolume(volume: Volume, facts: AgeFacts): ReapDecision {
  if (volume.state === 'error') return { kind: 'skip', why: 'EC2 says that it is in error', since: volume.createdAt };
  if (volume.state !== 'available') return { kind: 'keep', why: `it is ${volume.state}` };
  if (facts.now - volume.createdAt < facts.graceMs) return { kind: 'keep', why: 'it is younger than the grace' };
  return { kind: 'remove', why: 'no instance holds it' };
}

/** A spot request whose start no longer waits for it. */
export function judgeSpotRequest(request: SpotRequest, facts: AgeFacts): ReapDecision {
  if (request.state !== 'open') return { kind: 'keep', why: `it is ${request.state}` };
  if (facts.now - request.createdAt < facts.graceMs) return { kind: 'keep', why: 'it is younger than the grace' };
  return { kind: 'remove', why: 'it is still open, and would launch an instance that nobody waits for' };
}
