import { Failure } from '../kernel/failure.js';
import { renderScope } from '../kernel/identity.js';
import { readRunnerIds, readRunnerNames } from '../kernel/runner-tags.js';
import type { Instance } from '../ports/ec2.js';
import type { AttemptState, Runner } from '../ports/github.js';
import type { RunnerCandidate } from './candidate.js';
import type { Inventory } from './inventory.js';
import type { JudgeContext } from './judge-context.js';
import { judgeRunner, type ReapDecision } from './rules.js';

/**
 * Judges a registered runner that ci-actions named.
 *
 * @param current the runner as GitHub has it at this moment
 * @throws Failure when GitHub cannot be asked for its run
 */
export async function judgeGhost(
  candidate: RunnerCandidate,
  current: Runner,
  context: JudgeContext,
): Promise<ReapDecision> {
  const { inventory } = context;
  const hasInstance = isRunnerOfAny(inventory, current, candidate.scope);
  // The state of the run is read only where it decides.
  const early = judgeRunner(current, { hasInstance, attempt: 'completed' });
  if (early.kind === 'keep') return early;
  const isBlind = inventory.gaps.some(({ what }) => what === 'instances');
  if (isBlind) return { kind: 'keep', why: 'its instance may be in a region that could not be listed' };
  return judgeRunner(current, { hasInstance, attempt: await findAttempt(candidate, context) });
}

/** Instances that are shutting down count, too: a sweep after their end judges their runners. */
function isRunnerOfAny({ instances }: Inventory, runner: Runner, scope: RunnerCandidate['scope']): boolean {
  return instances.some((one) => {
    if (one.kind === 'doubtful-instance') return isNamedInAnyTag(one.instance, runner);
    // A claim counts as the runner of its instance only once the instance's tags name it.
    if (one.kind === 'pooled-instance') return false;
    return one.identity.runners.some(
      // Ids are unique only within their scope.
      ({ id, name }) =>
        name === runner.name || (id === runner.id && renderScope(one.identity.scope) === renderScope(scope)),
    );
  });
}

/** Every tag counts, because the tags contradict each other. */
function isNamedInAnyTag({ tags }: Instance, { id, name }: Runner): boolean {
  const values = [...Object.values(tags), ...readRunnerIds(tags).map(String), ...readRunnerNames(tags)];
  return values.includes(name) || values.includes(`${id}`);
}

/**
 * The state of the run attempt that registered a runner. The name of an organization's runner does not hold its
 * repository. But the id of a run belongs to one repository only, so the first repository that has the run decides. If
 * a repository cannot be asked, it may have the run, and `unknown` from the others proves nothing.
 *
 * @throws Failure why a repository could not be asked, when no other knows the run
 */
async function findAttempt({ scope, run }: RunnerCandidate, context: JudgeContext): Promise<AttemptState> {
  const repositories = scope.kind === 'repo' ? [`${scope.owner}/${scope.repo}`] : listRepositories(context);
  let failure: Failure | undefined;
  for (const repository of repositories) {
    try {
      const attempt = await context.gitHubByScope.readRunAttempt({ repository, ...run });
      if (attempt !== 'unknown') return attempt;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      failure ??= error;
    }
  }
  if (failure) throw failure;
  return 'unknown';
}

/** The home repository, and those that the instances' tags name. */
function listRepositories({ home: { owner, repo }, inventory }: JudgeContext): ReadonlySet<string> {
  const tagged = inventory.instances.flatMap((one) =>
    one.kind === 'doubtful-instance' ? [] : one.identity.repository,
  );
  return new Set([`${owner}/${repo}`, ...tagged]);
}
