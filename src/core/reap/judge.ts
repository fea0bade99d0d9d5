import { Failure } from '../kernel/failure.js';
import { renderScope, type Scope } from '../kernel/identity.js';
import { nameClaim } from '../kernel/origin.js';
import type { TaggedRunner } from '../kernel/runner-tags.js';
import { readTimeouts } from '../kernel/timeouts.js';
import type { Runner } from '../ports/github.js';
import type {
  Candidate,
  DoubtfulCandidate,
  InstanceCandidate,
  LeftoverCandidate,
  PooledCandidate,
} from './candidate.js';
import type { JudgeContext } from './judge-context.js';
import { judgeGhost } from './judge-ghost.js';
import { judgePooled } from './pool-rules.js';
import { judgeInstance, judgeSnapshot, judgeSpotRequest, judgeVolume, type ReapDecision } from './rules.js';

/**
 * The first judgment, by the listings and the state of the run.
 *
 * @throws Failure when a listing that it depends on had failed, or GitHub cannot be asked for the run
 */
export async function judge(candidate: Candidate, context: JudgeContext): Promise<ReapDecision> {
  switch (candidate.kind) {
    case 'instance':
      return judgeByRunners(candidate, findListed(candidate, context), context);
    case 'pooled-instance':
      return judgeByClaim(candidate, listedIn(candidate.identity.scope, context), context);
    case 'doubtful-instance':
      return judgeDoubtful(candidate);
    case 'runner':
      return judgeGhost(candidate, candidate.runner, context);
    case 'volume':
    case 'snapshot':
    case 'spot-request':
      return judgeLeftover(candidate, context);
  }
}

/** @throws Failure why the scope's runners could not be listed */
function listedIn(scope: Scope, { inventory }: JudgeContext): Runner[] {
  const id = renderScope(scope);
  const gap = inventory.gaps.find((one) => one.kind === 'scope' && one.id === id);
  if (gap) throw gap.failure;
  return inventory.runners.flatMap((one) => (renderScope(one.scope) === id ? one.runner : []));
}

function findListed({ identity }: InstanceCandidate, context: JudgeContext): (Runner | 'absent')[] {
  const listed = listedIn(identity.scope, context);
  return identity.runners.map(({ id, name }) => {
    const byId = id === undefined ? undefined : listed.find((one) => one.id === id);
    return byId ?? listed.find((one) => one.name === name) ?? 'absent';
  });
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
  const registersMs = identity.runners.some(({ id }) => id === undefined)
    ? { registersMs: readTimeouts(instance.tags)?.startupMs ?? Infinity }
    : {};
  const facts = { ...identity, runners, attempt, ...registersMs, now: clock.now(), graceMs };
  return judgeInstance(instance, facts);
}

function findMismatch(tagged: readonly TaggedRunner[], runners: readonly (Runner | 'absent')[]): string | undefined {
  for (const [at, { id, name }] of tagged.entries()) {
    const runner = runners[at] ?? 'absent';
    if (runner === 'absent' || id === undefined || (runner.id === id && runner.name === name)) continue;
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

/** Judges a volume, a snapshot or a spot request. One whose tags only look like ours is left to a person instead of removed. */
export function judgeLeftover(candidate: LeftoverCandidate, { clock, graceMs }: JudgeContext): ReapDecision {
  const { createdAt, decision } = judgeOne(candidate, { now: clock.now(), graceMs });
  if (decision.kind !== 'remove' || !candidate.problem) return decision;
  return { kind: 'skip', why: candidate.problem.problem, since: createdAt };
}

function judgeOne(candidate: LeftoverCandidate, facts: { readonly now: number; readonly graceMs: number }) {
  switch (candidate.kind) {
    case 'volume':
      return { createdAt: candidate.volume.createdAt, decision: judgeVolume(candidate.volume, facts) };
    case 'snapshot':
      return { createdAt: candidate.snapshot.createdAt, decision: judgeSnapshot(candidate.snapshot, facts) };
    case 'spot-request':
      return { createdAt: candidate.request.createdAt, decision: judgeSpotRequest(candidate.request, facts) };
  }
}

/** @throws Failure when the tags name a scope that the sweep may not query */
export function judgeDoubtful({ instance, problem: { problem, refused } }: DoubtfulCandidate): ReapDecision {
  if (refused === undefined) return { kind: 'skip', why: problem, since: instance.launchedAt };
  throw new Failure('cleanup-incomplete', `It was not judged: ${problem}.`, { hint: refused });
}
