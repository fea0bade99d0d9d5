import { isEnding } from '../instances/states.js';
import { TAG } from '../kernel/identity.js';
import { isClaimed, nameClaim } from '../kernel/origin.js';
import type { Preflight } from '../machine/preflight.js';
import type { Instance } from '../ports/ec2.js';
import { judgePooled } from '../reap/pool-rules.js';
import { findMisfit } from './pool.js';
import type { FillRequest } from './request.js';
import type { PoolView } from './view.js';

export type PoolDecision =
  | { readonly kind: 'keep'; readonly why: string; readonly isClaimed: boolean }
  | { readonly kind: 'retire'; readonly why: string };

export interface JudgedInstance {
  readonly instance: Instance;
  readonly region: string;
  readonly decision: PoolDecision;
}

interface Circumstances {
  readonly ready: Preflight;
  readonly now: number;
  /** Instances whose first boot failed, by id, and why. */
  readonly failedWarmUps: ReadonlyMap<string, string>;
}

/**
 * Decides which instances of a pool stay. Of surplus instances the oldest are retired. An instance that a start has
 * claimed no longer counts as the pool's.
 */
export function judgeAll(view: PoolView, request: FillRequest, circumstances: Circumstances): JudgedInstance[] {
  const judged = view.instances
    .filter(({ instance }) => !isEnding(instance))
    .map((one) => ({ ...one, decision: judge(one, { view, request, ...circumstances }) }))
    .sort((a, b) => b.instance.launchedAt - a.instance.launchedAt);
  let places = request.size;
  return judged.map((one) => {
    const { decision } = one;
    if (decision.kind === 'retire' || decision.isClaimed || places-- > 0) return one;
    return {
      ...one,
      decision: { kind: 'retire', why: `the pool needs only ${request.size}, and has newer ones` },
    };
  });
}

function judge(
  { instance, region }: { readonly instance: Instance; readonly region: string },
  circumstances: Circumstances & { readonly view: PoolView; readonly request: FillRequest },
): PoolDecision {
  const { ready, now, view, request, failedWarmUps } = circumstances;
  const { pool, machine, scope } = request;
  const isLocked = view.runnerNames.has(nameClaim(instance.id));
  if (isClaimed(instance.tags)) return { kind: 'keep', why: 'a start has claimed it', isClaimed: true };
  // A tag that is missing or no time counts as expired: fill-pool always writes a time.
  const expiresAt = Date.parse(instance.tags[TAG.expiresAt] ?? '') || 0;
  const pooled = judgePooled(instance, { pool, expiresAt, isLocked, now });
  if (pooled.kind === 'remove') return { kind: 'retire', why: pooled.why };
  if (isLocked) return { kind: 'keep', why: pooled.why, isClaimed: true };
  const failure = failedWarmUps.get(instance.id);
  if (failure !== undefined) return { kind: 'retire', why: `its warm-up failed: ${failure}` };
  const setup = ready.regionSetups.get(region)!;
  const isPlanned = ready.plans.some(
    (plan) =>
      plan.region === region &&
      plan.instanceType === instance.type &&
      (plan.subnetId === undefined || plan.subnetId === instance.subnetId),
  );
  const misfit = isPlanned
    ? findMisfit(instance, { machine, scope, setup })
    : 'its type or subnet is not a requested one';
  if (misfit !== undefined) return { kind: 'retire', why: misfit };
  return { kind: 'keep', why: pooled.why, isClaimed: false };
}
