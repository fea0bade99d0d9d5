import type { GitHubWorld, GitHubOptions as Seed } from '../../sandbox/github/github.js';
import type { Fault, Traffic } from '../../sandbox/traffic.js';
import type { Clock } from '../../src/core/kernel/clock.js';
import { connectGitHub, type ConnectedGitHub, type GitHubOptions, type Scope } from '../../src/github/connect.js';
import type { PullRequests } from '../../src/core/ports/pull-requests.js';
import { connectPullRequests } from '../../src/github/connect-pull-requests.js';
import { REPO, startGitHub } from '../worlds/sandbox/github.js';
import { findObjections } from '../worlds/sandbox/step-checks.js';

export const SANDBOX_SCOPES: Record<Scope['kind'], Scope> = {
  repo: { kind: 'repo', ...REPO },
  org: { kind: 'org', org: REPO.owner },
  enterprise: { kind: 'enterprise', enterprise: 'octo-enterprise' },
};

/** The sandbox's GitHub on a port of its own. */
export interface ServedGitHub {
  readonly url: string;
  readonly world: GitHubWorld;
  readonly traffic: Traffic;
  /** The tokens that the adapter has masked. */
  readonly masked: string[];
  /** Connects the real adapter. Default: for the repository, with the token that has all permissions. */
  connect(options?: Partial<GitHubOptions>): Promise<ConnectedGitHub>;
  /** The same for its pull requests. */
  connectPullRequests(options?: Partial<GitHubOptions> & { token?: string }): Promise<PullRequests>;
  /** Disturbs the next request of this operation. */
  disturb(operation: string, fault: Fault): void;
  /** @throws Error that lists the undisturbed exchanges that GitHub's API description does not allow */
  close(): Promise<void>;
}

/** The real time plus the duration of all sleeps, which end at once. */
export const SKIPPING_CLOCK: Clock & { waited: number } = {
  waited: 0,
  now() {
    return Date.now() + this.waited;
  },
  async sleep(ms) {
    this.waited += ms;
  },
};

export async function serveGitHub(seed: Seed = {}): Promise<ServedGitHub> {
  const sandbox = await startGitHub(seed);
  const { github: world, url, traffic } = sandbox;
  const masked: string[] = [];
  const common = {
    apiUrl: url,
    credentials: { token: world.token },
    scope: SANDBOX_SCOPES.repo,
    repository: REPO,
    clock: SKIPPING_CLOCK,
    mask: (secret: string) => masked.push(secret),
  };
  return {
    url,
    world,
    traffic,
    masked,
    connect: (options) => connectGitHub({ ...common, ...options }),
    connectPullRequests: ({ token = world.token, ...options } = {}) =>
      connectPullRequests({ ...common, ...options, credentials: { token } }),
    disturb(operation, fault) {
      traffic.intercept = (request) => {
        if (request.operation !== operation) return undefined;
        traffic.intercept = undefined;
        return fault;
      };
    },
    async close() {
      await sandbox.close();
      const objections = findObjections(traffic.requests);
      if (objections.length > 0) throw new Error(`GitHub's API does not allow:\n${objections.join('\n')}`);
    },
  };
}
