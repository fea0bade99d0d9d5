import { Failure } from '../kernel/failure.js';
import { renderScope, type Scope } from '../kernel/identity.js';
import type { Runner } from '../ports/github.js';
import type { Candidate, DoubtfulCandidate, InstanceCandidate } from './candidate.js';
import { judgeGhost } from './judge-ghost.js';
import { judgeByRunners, judgeByClaim, judgeLeftover, type JudgeContext } from './apply-rules.js';
import type { ReapDecision } from './rules.js';

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
    case 'spot-request':
      return judgeLeftover(candidate, context);
  }
}

/** @throws Failure when the tags name a scope that the sweep may not query */
export function judgeDoubtful({ instance, problem: { problem, refused } }: DoubtfulCandidate): ReapDecision {
  if (refused === undefined) return { kind: 'skip', why: problem, since: instance.launchedAt };
  throw new Failure('cleanup-incomplete', `It was not judged: ${problem}.`, { hint: refused });
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
    return listed.find((one) => one.id === id) ?? listed.find((one) => one.name === name) ?? 'absent';
  });
}
