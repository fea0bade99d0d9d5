import { Octokit } from '@octokit/rest';
import type { Clock } from '../core/kernel/clock.js';
import { Failure } from '../core/kernel/failure.js';
import type { Purpose } from '../core/kernel/patience.js';
import type { Log } from '../core/ports/process.js';
import type { Connection, JobFacts } from './connection.js';
import { useCredentials, type CredentialsInput } from './credentials.js';
import { Requests } from './request.js';
import { addressOf, pathsOf, type Repository, type Scope } from './scope.js';

/** How to connect to GitHub. */
export interface GitHubOptions {
  /** `GITHUB_API_URL` of github.com, GitHub Enterprise Server (`…/api/v3`) or ghe.com. */
  readonly apiUrl: string;
  readonly credentials: CredentialsInput;
  /** `GITHUB_SERVER_URL`. Default: derived from `apiUrl`. */
  readonly serverUrl?: string | undefined;
  /** Where runners are registered. */
  readonly scope: Scope;
  /** The repository of the run. */
  readonly repository: Repository;
  /** Facts to check a runner group with. Default: no such checks. */
  readonly job?: JobFacts | undefined;
  readonly clock: Clock;
  /** Whether the token of a GitHub App also reads runs, if granted. Default: false. */
  readonly readsRuns?: boolean | undefined;
  /** Called with every token that the adapter creates, before the token is used. */
  readonly mask: (secret: string) => void;
  /** How Octokit sends requests: `fetch`, or the part of it that Octokit uses. Default: Node's `fetch`. */
  readonly fetch?: ((url: string, init?: RequestInit) => Promise<unknown>) | undefined;
  /** Called for each request with method, path, status, GitHub's request id and duration. */
  readonly debug?: ((sentence: string) => void) | undefined;
  /** The purpose of reads: see {@link RequestPolicy}. */
  readonly purpose?: Purpose | undefined;
  /** Ends the waits of a canceled step: see {@link Patience}. */
  readonly signal?: AbortSignal | undefined;
  /** A number from 0 to 1, for the jitter of waits. Default: `Math.random`. */
  readonly random?: (() => number) | undefined;
  /** Gets a line when a request is repeated. */
  readonly log?: Pick<Log, 'info'> | undefined;
  /** The time for one response. Default: 30. GitHub's own limit is 10, and a proxy may add to that. */
  readonly requestTimeoutSeconds?: number | undefined;
}

/** What {@link GitHubOptions} describes, without a part of the adapter. @throws Failure as `connectGitHub` */
export async function openConnection(options: GitHubOptions): Promise<Connection> {
  const { clock, scope, repository, mask, readsRuns = false } = options;
  const octokit = createOctokit(options);
  const { signal, log, purpose, random = Math.random } = options;
  const policy = { clock, random, signal, log, purpose };
  const credentials = await useCredentials(options.credentials, {
    octokit,
    scope,
    repository,
    readsRuns,
    clock,
    mask,
    policy,
  });
  const requests = new Requests({ ...policy, credentials });
  return {
    octokit,
    requests,
    clock,
    repository,
    paths: pathsOf(scope),
    job: options.job,
    address: `${options.serverUrl ?? siteOf(options.apiUrl)}/${addressOf(scope)}`,
    server: serverOf(options.apiUrl),
    isForRunners: true,
  };
}

function createOctokit(options: GitHubOptions): Octokit {
  const send = options.fetch ?? globalThis.fetch;
  const timeoutMs = (options.requestTimeoutSeconds ?? 30) * 1000;
  const debug = options.debug ?? (() => undefined);
  return new Octokit({
    baseUrl: readApiUrl(options.apiUrl),
    userAgent: 'ci-actions',
    request: {
      fetch: (url: string, init?: RequestInit) => send(url, { ...init, signal: AbortSignal.timeout(timeoutMs) }),
    },
    // Octokit's own `debug` logs whole requests with the authorization, so it is dropped.
    log: { debug: () => undefined, info: debug, warn: debug, error: debug },
  });
}

function readApiUrl(apiUrl: string): string {
  if (/^https?:\/\//.test(apiUrl) && URL.canParse(apiUrl)) return apiUrl.replace(/\/+$/, '');
  throw new Failure('bad-input', `GitHub's API address \`${apiUrl}\` is no http(s) URL.`, {
    hint: 'GITHUB_API_URL is set by the runner; it should be like https://api.github.com.',
  });
}

/** The site of an API: `https://github.com` of `https://api.github.com`, `https://host` of `https://host/api/v3`. */
function siteOf(apiUrl: string): string {
  return readApiUrl(apiUrl)
    .replace(/\/api\/v\d+$/, '')
    .replace(/^(https?:\/\/)api\./, '$1');
}

/** GitHub Enterprise Server has its API under a path, ghe.com under a separate host name. */
function serverOf(apiUrl: string): Connection['server'] {
  const { hostname, pathname } = new URL(apiUrl);
  if (/\/api\/v\d+\/?$/.test(pathname)) return 'ghes';
  return hostname.endsWith('.ghe.com') ? 'ghe.com' : 'github.com';
}
