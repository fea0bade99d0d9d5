import { CLAIM_BOUND_MS, LONGEST_POOLED_MS } from '../kernel/bounds.js';
import type { Instance } from '../ports/ec2.js';
import type { ReapDecision } from './rules.js';

/** The largest warm-up timeout that fill-pool accepts, in minutes. The boot agent powers the instance off by then. */
export const LONGEST_WARM_UP_MINUTES = 30;
/** No warm-up takes longer than this: the longest timeout, after the boot agent's own bound for reading it. */
const WARM_UP_BOUND_MS = (LONGEST_WARM_UP_MINUTES + 15) * 60_000;

export interface PooledFacts {
  readonly pool: string;
  readonly expiresAt: number;
  /** Whether the runner that claims it is registered, so that it is about to get the claim's tags. */
  readonly isLocked: boolean;
  readonly now: number;
}

/**
 * Judges an instance of a pool that no start has claimed. The instance is kept while it waits, and removed when its
 * time has ended. A registered claim protects it for {@link CLAIM_BOUND_MS} beyond its time. A claim does not protect a
 * running instance: only a stopped instance is claimed, and it gets the claim's tags before it is started.
 */
export function judgePooled(instance: Instance, { pool, expiresAt, isLocked, now }: PooledFacts): ReapDecision {
  const end = Math.min(expiresAt, instance.launchedAt + LONGEST_POOLED_MS);
  if (end + (isLocked ? CLAIM_BOUND_MS : 0) <= now) {
    return { kind: 'remove', why: `its time in pool ${pool} ended at ${new Date(end).toISOString()}` };
  }
  const isOn = instance.state === 'pending' || instance.state === 'running';
  if (isOn && now - instance.launchedAt >= WARM_UP_BOUND_MS) {
    return { kind: 'remove', why: `it is in pool ${pool}, and its warm-up should have ended long ago` };
  }
  if (isLocked) return { kind: 'keep', why: 'a start is claiming it' };
  return { kind: 'keep', why: `it waits in pool ${pool}` };
}
