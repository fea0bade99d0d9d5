import type { Ec2World } from '../../sandbox/ec2/world/world.js';
import type { GitHubWorld } from '../../sandbox/github/github.js';
import type { Log } from '../../src/core/ports/process.js';
import type { RunContext } from '../../src/host/context.js';

/** Where one start and its stop run: their workflow run, the repository's GitHub, and the region of the instance. */
export interface Place {
  readonly context: RunContext;
  readonly github: GitHubWorld;
  readonly ec2: Ec2World;
}

export function makeContext(index: number, github: GitHubWorld): RunContext {
  const [owner = '', repo = ''] = github.repository.split('/');
  const run = { owner, repo, repository: github.repository, runId: String(1_000_000 + index), runAttempt: '1' };
  const step = {
    job: 'start',
    action: 'start',
    runnerName: undefined,
    sha: github.sha,
    workflow: 'ci',
    actor: 'octocat',
    isFromFork: false,
  };
  const servers = { apiUrl: 'https://api.github.com', serverUrl: 'https://github.com', enterprise: undefined };
  const details = { workflowRef: '', workflowSha: github.sha, isPublic: false };
  return { ...run, ...step, ...servers, ...details, workspace: '/nothing/is/checked/out' };
}

export const quiet: Log = {
  group: (_, body) => body(),
  info: () => {},
  notice: () => {},
  warning: () => {},
  debug: () => {},
};
