import { connectGitHub, type ConnectedGitHub, type GitHubOptions, type Scope } from '../../src/github/connect.js';
import type { Clock } from '../../src/core/kernel/clock.js';
import { createGitHub, type GitHubWorld, type GitHubOptions as Seed } from '../../sandbox/github/github.js';
import { serve } from '../../sandbox/http.js';
import { createReferee } from './github-openapi.js';
import type { Fault, Traffic } from '../../sandbox/traffic.js';

const REPOSITORY = { owner: 'octo-org', repo: 'octo-repo' };

export const SANDBOX_SCOPES: Record<Scope['kind'], Scope> = {
  repo: { kind: 'repo', ...REPOSITORY },
  org: { kind: 'org', org: REPOSITORY.owner },
  enterprise: { kind: 'enterprise', enterprise: 'octo-enterprise' },
};

/** The sandbox's GitHub on a port of its own. */
export interface ServedGitHub {
  readonly url: string;
  readonly world: GitHubWorld;
  readonly traffic: Traffic;
  /** Tokens that the adapter masked. */
  readonly masked: string[];
  /** The real adapter, by default for the repository and with the token that has all permissions. */
  connect(options?: Partial<GitHubOptions>): Promise<ConnectedGitHub>;
  /** Causes this fault in the next request of the operation. */
  disturb(operation: string, fault: Fault): void;
  /** @throws Error that lists the violations of GitHub's OpenAPI document in all recorded exchanges */
  close(): Promise<void>;
}

const referee = createReferee();

/** Real time, but long waits end at once. */
export const HASTY_CLOCK: Clock & { waited: number } = {
  waited: 0,
  now() {
    return Date.now() + this.waited;
  },
  async sleep(ms) {
    this.waited += ms;
  },
};

export async function serveGitHub(seed: Seed = {}): Promise<ServedGitHub> {
  const world = createGitHub(seed);
  const traffic: Traffic = { requests: [] };
  const server = await serve({ service: 'github', traffic, handler: world });
  const masked: string[] = [];
  return {
    url: server.url,
    world,
    traffic,
    masked,
    connect: (options) =>
      connectGitHub({
        apiUrl: server.url,
        credentials: { token: world.token },
        scope: SANDBOX_SCOPES.repo,
        repository: REPOSITORY,
        clock: HASTY_CLOCK,
        mask: (secret) => masked.push(secret),
        ...options,
      }),
    disturb(operation, fault) {
      traffic.intercept = (request) => {
        if (request.operation !== operation) return undefined;
        traffic.intercept = undefined;
        return fault;
      };
    },
    async close() {
      world.close();
      await server.close();
      const problems = objections(traffic);
      if (problems.length > 0) throw new Error(`GitHub would object:\n${problems.join('\n')}`);
    },
  };
}

/** Checks the exchanges without a fault. */
function objections({ requests }: Traffic): string[] {
  return requests.flatMap(({ method, path, body, status, response, fault }) => {
    if (fault || status === undefined) return [];
    const exchange = {
      method,
      path: path.replace('/api/v3/', '/'),
      status,
      requestBody: body,
      responseBody: response ?? '',
    };
    return referee.checkExchange(exchange).map((problem) => `${method} ${path}: ${problem}`);
  });
}
