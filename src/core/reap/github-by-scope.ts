import { parseScope, renderScope, type Scope } from '../kernel/identity.js';
import type { AttemptState, ReaperGitHub } from '../ports/github.js';
import type { RunOrigin } from './identity.js';

/** GitHub by scope, connected once each, and the state of run attempts, read once each. */
export class GitHubByScope {
  private readonly connections = new Map<string, Promise<ReaperGitHub>>();
  private readonly attempts = new Map<string, Promise<AttemptState>>();

  constructor(private readonly gitHubOf: (scope: Scope) => Promise<ReaperGitHub>) {}

  of(scope: Scope): Promise<ReaperGitHub> {
    return getOrAdd(this.connections, renderScope(scope), () => this.gitHubOf(scope));
  }

  /**
   * A completed attempt never becomes active again, so one answer serves the whole sweep.
   *
   * @param run `repository` is `owner/repo`
   */
  readRunAttempt(run: RunOrigin & { readonly repository: string }): Promise<AttemptState> {
    const { repository, runId, runAttempt } = run;
    return getOrAdd(this.attempts, `${repository} ${runId} ${runAttempt}`, async () => {
      const scope = parseScope(`repo:${repository}`)!;
      return (await this.of(scope)).readRunAttempt(repository, runId, runAttempt);
    });
  }
}

function getOrAdd<T>(map: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}
