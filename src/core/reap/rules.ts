import { CLOCK_SKEW_MS, LONGEST_STAY_MS } from '../kernel/bounds.js';
import { TAG } from '../kernel/identity.js';
import { readKept, type Kept } from '../kernel/kept.js';
import type { Instance, Snapshot, SpotRequest, Volume } from '../ports/ec2.js';
import type { AttemptState, Runner } from '../ports/github.js';

/** Decided from facts alone. In doubt the decision is never `remove`, and `why` names the doubt. */
export type ReapDecision =
  | { readonly kind: 'keep'; readonly why: string }
  /** A person must look: a tag was changed, or an instance is beyond its time and still busy. `since`: epoch ms. */
  | { readonly kind: 'skip'; readonly why: string; readonly since: number }
  | RemoveDecision;

export interface RemoveDecision {
  readonly kind: 'remove';
  readonly why: string;
  /** The runner that claims a pooled instance, to be removed before the instance ends. */
  readonly claim?: Runner;
}

export interface InstanceFacts {
  /** One for each runner that the tags name; `absent` only when the whole listing of its scope has been read. */
  readonly runners: readonly (Runner | 'absent')[];
  /** The state of the run attempt that started it. */
  readonly attempt: AttemptState;
  readonly expiresAt: number;
  /** When a start claimed it from a pool. */
  readonly claimedAt?: number;
  /** Its start wants it kept after a job. */
  readonly mayBeKept?: true;
  /** Until when a stop has kept it after a job. */
  readonly keepUntil?: number;
  /** How long after its launch it may still register runners itself, in ms. Absent: its start has registered all. */
  readonly registersMs?: number;
  readonly now: number;
  readonly graceMs: number;
}

/**
 * Judges an instance. An orphan is an instance that no job needs. An instance with a busy runner is never an orphan.
 * Every other reason to keep an instance ends at its `expires-at`, which can be no later than a start would write it.
 */
export function judgeInstance(instance: Instance, facts: InstanceFacts): ReapDecision {
  const { attempt, expiresAt, claimedAt = 0, now, graceMs } = facts;
  const runners = facts.runners.filter((one) => one !== 'absent');
  const isFuture = claimedAt > now + CLOCK_SKEW_MS;
  const began = Math.max(instance.launchedAt, isFuture ? 0 : claimedAt);
  const end = Math.min(expiresAt, began + LONGEST_STAY_MS);
  const overdue = `its time ended at ${new Date(end).toISOString()}`;
  const busy = runners.find((one) => one.busy);
  if (busy) {
    const why = `its runner${nameIn(facts, busy)} is busy`;
    return end <= now ? { kind: 'skip', why: `${overdue}, but ${why}`, since: end } : { kind: 'keep', why };
  }
  if (isFuture) {
    return { kind: 'skip', why: `its tag ${TAG.claimedAt} names a time in the future`, since: instance.launchedAt };
  }
  if (end <= now) return { kind: 'remove', why: overdue };
  const kept = judgeFailed(facts);
  if (kept) return kept;
  if (attempt === 'completed') return { kind: 'remove', why: 'the run attempt that started it is completed' };
  if (now - began < graceMs) {
    return { kind: 'keep', why: 'it is younger than the grace period' };
  }
  // An instance terminates when its runner ends, and a pooled instance is started right after it was claimed.
  if (instance.state === 'stopped' || instance.state === 'stopping') {
    return { kind: 'remove', why: `it is ${instance.state}, and nothing will start it again` };
  }
  const [first] = runners;
  if (!first && now - began < (facts.registersMs ?? 0)) {
    return { kind: 'keep', why: 'it has not registered its runners yet' };
  }
  // A single-use runner is gone after its job. The stop of this run decides, and the boot agent ends it by itself.
  if (!first && facts.mayBeKept) return { kind: 'keep', why: 'it may be kept after its job, and its run is active' };
  if (!first) return { kind: 'remove', why: 'it has no registered runner' };
  const online = runners.find((one) => one.status === 'online');
  if (online) return { kind: 'keep', why: `its runner${nameIn(facts, online)} is online` };
  // The instance may be booting, for as long as its start allows, or GitHub may show all runners as offline at once.
  return { kind: 'keep', why: `its runner${nameIn(facts, first)} is ${first.status}, and its run is not completed` };
}

/**
 * Judges an instance at which people look after a job. Its boot agent ends it at that time, so the reaper comes
 * a grace period later.
 */
function judgeFailed({ keepUntil, now, graceMs }: InstanceFacts): ReapDecision | undefined {
  if (keepUntil === undefined) return undefined;
  const until = new Date(keepUntil).toISOString();
  if (keepUntil + graceMs > now) return { kind: 'keep', why: `it is kept until ${until} after its job` };
  return { kind: 'remove', why: `it was kept until ${until} after its job` };
}

/** A space and the runner's name; '' when the instance has only one runner. */
function nameIn({ runners }: InstanceFacts, { name }: Runner): string {
  return runners.length === 1 ? '' : ` ${name}`;
}

/**
 * Judges a registered runner. A ghost is a runner without an instance. While its run is active, its instance may be
 * about to be launched, and the run's own stop-runner may still come. So only runners of completed attempts are
 * removed.
 */
export function judgeRunner(
  runner: Runner,
  facts: { readonly hasInstance: boolean; readonly attempt: AttemptState },
): ReapDecision {
  if (runner.busy) return { kind: 'keep', why: 'it is busy' };
  if (runner.status !== 'offline') return { kind: 'keep', why: `it is ${runner.status}` };
  if (facts.hasInstance) return { kind: 'keep', why: 'its instance exists' };
  if (facts.attempt === 'active') return { kind: 'keep', why: 'its run is still active' };
  if (facts.attempt === 'unknown') return { kind: 'keep', why: 'GitHub does not know its run' };
  return { kind: 'remove', why: 'it is offline, has no instance, and its run attempt is completed' };
}

interface AgeFacts {
  readonly now: number;
  readonly graceMs: number;
}

/** Judges a volume that may have outlived its instance. A data volume outlives it on purpose, until its time is over. */
export function judgeVolume(volume: Volume, facts: AgeFacts): ReapDecision {
  if (volume.state === 'error') return { kind: 'skip', why: 'EC2 reports its state as error', since: volume.createdAt };
  if (volume.state !== 'available') return { kind: 'keep', why: `it is ${volume.state}` };
  const kept = readKept(volume.tags);
  if (kept) return judgeKept(kept, volume.createdAt, facts);
  if (facts.now - volume.createdAt < facts.graceMs) return { kind: 'keep', why: 'it is younger than the grace period' };
  return { kind: 'remove', why: 'no instance uses it' };
}

/** Judges a snapshot of a data volume. One without the tags of a data volume is not of this suite's making. */
export function judgeSnapshot(snapshot: Snapshot, facts: AgeFacts): ReapDecision {
  const kept = readKept(snapshot.tags);
  if (!kept) return { kind: 'keep', why: 'it is no snapshot of a data volume' };
  if (snapshot.state === 'pending') return { kind: 'keep', why: 'it is being made' };
  return judgeKept(kept, snapshot.createdAt, facts);
}

/** Each use renews the time until when a thing is kept, so that what is over is what no run has used for long. */
function judgeKept(kept: NonNullable<Kept>, createdAt: number, { now }: AgeFacts): ReapDecision {
  if ('doubt' in kept) return { kind: 'skip', why: kept.doubt, since: createdAt };
  const until = new Date(kept.until).toISOString();
  if (kept.until > now) return { kind: 'keep', why: `it is kept until ${until}` };
  return { kind: 'remove', why: `it was kept until ${until}` };
}

/** Judges a spot request that may have outlived its start. */
export function judgeSpotRequest(request: SpotRequest, facts: AgeFacts): ReapDecision {
  if (request.state !== 'open') return { kind: 'keep', why: `it is ${request.state}` };
  if (facts.now - request.createdAt < facts.graceMs)
    return { kind: 'keep', why: 'it is younger than the grace period' };
  return { kind: 'remove', why: 'it is still open, and could launch an instance that no start waits for' };
}
