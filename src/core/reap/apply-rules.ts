import { nameClaim } from '../kernel/origin.js';
import type { TaggedRunner } from '../kernel/runner-tags.js';
import type { Clock } from '../kernel/clock.js';
import type { Runner } from '../ports/github.js';
import type { InstanceCandidate, PooledCandidate, SpotRequestCandidate, VolumeCandidate } from './candidate.js';
import type { GitHubByScope } from './github-by-scope.js';
import type { Inventory } from './inventory.js';
import { judgePooled } from './pool-rules.js';
import type { Repository } from './reach.js';
import { judgeInstance, judgeSpotRequest, judgeVolume, type ReapDecision } from './rules.js';

/** What every judgment needs besides the candidate. */
export interface JudgeContext {
  /** The repository of the sweep. */
  readonly home: Repository;
  readonly graceMs: number;
  readonly inventory: Inventory;
  readonly gitHubByScope: GitHubByScope;
  readonly clock: Clock;
}

/** Judges an instance. @param runners those that its tags name, in the same order */
export async function judgeByRunners(
  { instance, identity }: InstanceCandidate,
  runners: readonly (Runner | 'absent')[],
  { gitHubByScope, clock, graceMs }: JudgeContext,
): Promise<ReapDecision> {
  const mismatch = findMismatch(identity.runners, runners);
  if (mismatch !== undefined) return { kind: 'skip', why: mismatch, since: instance.launchedAt };
  // The state of the run is not read when a runner is busy: the instance stays in any case.
  const isBusy = runners.some((one) => one !== 'absent' && one.busy);
  const attempt = isBusy ? 'active' : await gitHubByScope.readRunAttempt(identity);
  const { expiresAt, claimedAt } = identity;
  const claim = claimedAt === undefined ? {} : { claimedAt };
  return judgeInstance(instance, { runners, attempt, expiresAt, ...claim, now: clock.now(), graceMs });
}

function findMismatch(tagged: readonly TaggedRunner[], runners: readonly (Runner | 'absent')[]): string | undefined {
  for (const [at, { id, name }] of tagged.entries()) {
    const runner = runners[at] ?? 'absent';
    if (runner === 'absent' || (runner.id === id && runner.name === name)) continue;
    return `its tags name the runner ${name} (${id}), but GitHub has ${runner.name} (${runner.id})`;
  }
  return undefined;
}

/** Judges a pooled instance. @param runners all runners of its scope, one of which may claim it */
export function judgeByClaim(
  { instance, identity: { pool, expiresAt } }: PooledCandidate,
  runners: readonly Runner[],
  { clock }: JudgeContext,
): ReapDecision {
  const claim = runners.find(({ name }) => name === nameClaim(instance.id));
  const decision = judgePooled(instance, { pool, expiresAt, isLocked: claim !== undefined, now: clock.now() });
  return decision.kind === 'remove' && claim ? { ...decision, claim } : decision;
}

/** Judges a volume or a spot request. One whose tags only look like ours is left to a person instead of removed. */
export function judgeLeftover(
  candidate: VolumeCandidate | SpotRequestCandidate,
  { clock, graceMs }: JudgeContext,
): ReapDecision {
  const facts = { now: clock.now(), graceMs };
  const isVolume = candidate.kind === 'volume';
  const decision = isVolume ? judgeVolume(candidate.volume, facts) : judgeSpotRequest(candidate.request, facts);
  if (decision.kind !== 'remove' || !candidate.problem) return decision;
  const { createdAt } = isVolume ? candidate.volume : candidate.request;
  return { kind: 'skip', why: candidate.problem.problem, since: createdAt };
}
