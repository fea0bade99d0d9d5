import { CLAIM_BOUND_MS, LONGEST_POOLED_MS } from '../kernel/bounds.js';
import type { Instance } from '../ports/ec2.js';
import type { ReapDecision } from './rules.js';

/** The longest that a warm-up may be told to take, in minutes; the agent powers the machine off by then. */
export const LONGEST_WARM_UP_MINUTES = 30;
/** After this a pooled instance that is on is not warming up: the longest warm-up, and the agent's own first bound. */
const WARM_UP_BOUND_MS = (LONGEST_WARM_UP_MINUTES + 15) * 60_000;

export interface PooledFacts {
  readonly pool: string;
  readonly expiresAt: number;
  /** Whether the runner that claims it is registered: it will carry the claim's tags in a moment. */
  readonly isLocked: boolean;
  readonly now: number;
}

/**
 * An instance of a pool that no start has claimed: no orphan while it waits, one when its time is over. A claim that
 * is registered holds it for {@link CLAIM_BOUND_MS} beyond its time, and never one that is on: only a stopped
 * instance is claimed, and one that was claimed carries the claim's tags before it is started.
 */
export function judgePooled(instance: Instance, { pool, expiresAt, isLocked, now }: PooledFacts): ReapDecision {
  const end = Math.min(expiresAt, instance.launchedAt + LONGEST_POOLED_MS);
  if (end + (isLocked ? CLAIM_BOUND_MS : 0) <= now) {
    return { kind: 'remove', why: `its time in pool ${pool} was over at ${new Date(end).toISOString()}` };
  }
  const isOn = instance.state === 'pending' || instance.state === 'running';
  if (isOn && now - instance.launchedAt >= WARM_UP_BOUND_MS) {
    return { kind: 'remove', why: `it is in pool ${pool}, and its warm-up should have ended long ago` };
  }
  if (isLocked) return { kind: 'keep', why: 'a start is claiming it' };
  return { kind: 'keep', why: `it waits in pool ${pool}` };
}
