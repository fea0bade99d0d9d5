import { Failure } from '../kernel/failure.js';
import { renderScope } from '../kernel/identity.js';
import type { AttemptState, Runner } from '../ports/github.js';
import type { Candidate } from './candidates.js';
import { readOrigin, type Reach } from './identity.js';
import { judgeRunner, type ReapDecision } from './rules.js';
import type { GitHubByScope, ListedRunner, World } from './world.js';

/** Registered runners, as far as this suite named them. */
export class Ghosts {
  private readonly repositories: ReadonlySet<string>;
  /** A runner's instance may lie where instances could not be listed. */
  private readonly isBlind: boolean;

  constructor(
    reach: Reach,
    private readonly world: World,
    private readonly gitHubByScope: GitHubByScope,
  ) {
    const { owner, repo } = reach.home;
    const tagged = world.instances.flatMap(({ identity }) => ('problem' in identity ? [] : identity.repository));
    this.repositories = new Set([`${owner}/${repo}`, ...tagged]);
    this.isBlind = world.gaps.some(({ what }) => what === 'instances');
  }

  /** None for a runner that this suite did not name. */
  consider({ runner, scope }: ListedRunner): Candidate[] {
    const run = readOrigin(runner);
    if (!run) return [];
    const hub = () => this.gitHubByScope.of(scope);
    const judge = async (now: Runner): Promise<ReapDecision> => {
      const hasInstance = this.hasInstance(now, scope);
      // Asked only where it decides.
      const early = judgeRunner(now, { hasInstance, attempt: 'completed' });
      if (early.kind === 'keep') return early;
      if (this.isBlind) return { kind: 'keep', why: 'its instance may be where none could be listed' };
      return judgeRunner(now, { hasInstance, attempt: await this.findAttempt(scope, run) });
    };
    const again = async (): Promise<ReapDecision> => {
      const now = await (await hub()).readRunner(runner.id);
      return now ? judge(now) : { kind: 'keep', why: 'it is gone' };
    };
    return [
      {
        about: { kind: 'runner', id: `${runner.id}`, name: runner.name, scope: renderScope(scope) },
        judge: () => judge(runner),
        judgeAgain: again,
        remove: async () => ((await (await hub()).removeRunner(runner.id)) === 'busy' ? 'spared' : 'removed'),
      },
    ];
  }

  /** Also one that is shutting down: its runner is looked at again when it is gone. */
  private hasInstance({ id, name }: Runner, scope: ListedRunner['scope']): boolean {
    return this.world.instances.some(({ instance, identity }) => {
      // With tags that do not fit, any of them counts.
      if ('problem' in identity)
        return Object.values(instance.tags).some((value) => value === name || value === `${id}`);
      // Until its tags name the claim, the claim holds nothing but the name.
      if ('pool' in identity) return false;
      // Ids are unique in their scope.
      return identity.runnerName === name || (identity.runnerId === id && isSame(identity.scope, scope));
    });
  }

  /**
   * An organization's runner does not name its repository. Ids of runs belong to one repository only, so the one
   * that knows the run is the one that started it. One that cannot be asked may be it: then no other's "unknown" counts.
   */
  private async findAttempt(
    scope: ListedRunner['scope'],
    run: { runId: string; runAttempt: string },
  ): Promise<AttemptState> {
    const repositories = scope.kind === 'repo' ? [`${scope.owner}/${scope.repo}`] : this.repositories;
    let unasked: Failure | undefined;
    for (const repository of repositories) {
      try {
        const attempt = await this.gitHubByScope.readRunAttempt({ repository, ...run });
        if (attempt !== 'unknown') return attempt;
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        unasked ??= error;
      }
    }
    if (unasked) throw unasked;
    return 'unknown';
  }
}

function isSame(one: ListedRunner['scope'], other: ListedRunner['scope']): boolean {
  return renderScope(one) === renderScope(other);
}
