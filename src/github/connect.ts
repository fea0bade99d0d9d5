import { Octokit } from '@octokit/rest';
import { Failure } from '../core/kernel/failure.js';
import type { Purpose } from '../core/kernel/patience.js';
import type { Clock } from '../core/kernel/clock.js';
import type { GitHub, ReaperGitHub, StopGitHub } from '../core/ports/github.js';
import type { Log } from '../core/ports/process.js';
import type { Connection, JobFacts } from './connection.js';
import { readFile } from './contents.js';
import { useCredentials, type GivenCredentials } from './credentials.js';
import { resolveGroup } from './groups.js';
import { findDownload, readDeprecation, readLatestRelease, type Release } from './releases.js';
import { Requests } from './request.js';
import { Runners } from './runners.js';
import { listRunJobs, readRunAttempt } from './runs.js';
import { pathsOf, type Repository, type Scope } from './scope.js';

export type { GivenCredentials } from './credentials.js';
export type { Repository, Scope } from './scope.js';

/** Where GitHub is, who we are there and what for. */
export interface GitHubOptions {
  /** `GITHUB_API_URL`: github.com's, a GitHub Enterprise Server's (`…/api/v3`) or ghe.com's. */
  readonly apiUrl: string;
  readonly credentials: GivenCredentials;
  /** Where runners are registered. */
  readonly scope: Scope;
  /** The repository of the run. */
  readonly repository: Repository;
  /** Default: a runner group is not checked for what it takes to know. */
  readonly job?: JobFacts | undefined;
  readonly clock: Clock;
  /** Whether a GitHub App's token is to read runs too, where that was granted. Default: false. */
  readonly readsRuns?: boolean | undefined;
  /** Given every token that is minted here, before it is used. */
  readonly mask: (secret: string) => void;
  /** What Octokit sends with: `fetch`, or something that is like it as far as Octokit goes. Default: Node's `fetch`. */
  readonly fetch?: ((url: string, init?: RequestInit) => Promise<unknown>) | undefined;
  /** Told of each request: method, path, status, GitHub's request id, duration. */
  readonly debug?: ((sentence: string) => void) | undefined;
  /** What reads are for: see {@link RequestPolicy}. */
  readonly purpose?: Purpose | undefined;
  /** Ends the waits of a step that is cancelled: see {@link Patience}. */
  readonly signal?: AbortSignal | undefined;
  /** From 0 to 1, for the jitter of waits. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
  /** Told when a request is tried again. */
  readonly log?: Pick<Log, 'info'> | undefined;
  /** How long GitHub may take for one answer. Default 30: its own limit is 10, and a proxy may add to that. */
  readonly requestTimeoutSeconds?: number | undefined;
}

export type ConnectedGitHub = GitHub & ReaperGitHub & StopGitHub;

/**
 * GitHub for one scope. With a token nothing is asked yet; a GitHub App's installation is looked up and its token
 * minted, with the least permissions.
 *
 * @throws Failure `bad-input` for credentials or an address that cannot be right; `github-*` when an App is refused.
 */
export async function connectGitHub(options: GitHubOptions): Promise<ConnectedGitHub> {
  return toPort(await openConnection(options));
}

/** The releases of any public repository, by `owner/repo`. @throws Failure as {@link connectGitHub} */
export async function connectReleases(
  options: GitHubOptions,
): Promise<{ readLatestRelease(repository: string): Promise<Release> }> {
  const connection = await openConnection(options);
  return { readLatestRelease: (repository) => readLatestRelease(connection, repository) };
}

async function openConnection(options: GitHubOptions): Promise<Connection> {
  const { clock, scope, repository, mask, readsRuns = false } = options;
  const octokit = makeOctokit(options);
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
    server: serverOf(options.apiUrl),
  };
}

function toPort(connection: Connection): ConnectedGitHub {
  const runners = new Runners(connection);
  return {
    registerRunner: (request, signal) => runners.register(request, signal),
    readRunner: (id, purpose) => runners.read(id, purpose),
    findRunnerByName: (name) => runners.findByName(name),
    listRunners: (purpose) => runners.list({ purpose }),
    removeRunner: (id) => runners.remove(id),
    resolveGroup: (nameOrId) => resolveGroup(connection, nameOrId),
    findDownload: (version, architecture) => findDownload(connection, version, architecture),
    readDeprecation: (version) => readDeprecation(connection, version),
    readFile: (path, ref) => readFile(connection, path, ref),
    readRunAttempt: (of, runId, attempt) => readRunAttempt(connection, { repository: of, runId, attempt }),
    listRunJobs: (of, runId, attempt) => listRunJobs(connection, { repository: of, runId, attempt }),
    get pace() {
      return connection.requests.pace;
    },
  };
}

function makeOctokit(options: GitHubOptions): Octokit {
  const send = options.fetch ?? globalThis.fetch;
  const longest = (options.requestTimeoutSeconds ?? 30) * 1000;
  const debug = options.debug ?? (() => undefined);
  return new Octokit({
    baseUrl: readApiUrl(options.apiUrl),
    userAgent: 'ci-actions',
    request: {
      fetch: (url: string, init?: RequestInit) => send(url, { ...init, signal: AbortSignal.timeout(longest) }),
    },
    // Octokit's `debug` would show whole requests, the authorization included.
    log: { debug: () => undefined, info: debug, warn: debug, error: debug },
  });
}

function readApiUrl(apiUrl: string): string {
  if (/^https?:\/\//.test(apiUrl) && URL.canParse(apiUrl)) return apiUrl.replace(/\/+$/, '');
  throw new Failure('bad-input', `GitHub's API address \`${apiUrl}\` is no http(s) URL.`, {
    hint: 'GITHUB_API_URL is set by the runner; it should be like https://api.github.com.',
  });
}

/** GitHub Enterprise Server has its API under a path, ghe.com under a name of its own. */
function serverOf(apiUrl: string): Connection['server'] {
  const { hostname, pathname } = new URL(apiUrl);
  if (/\/api\/v\d+\/?$/.test(pathname)) return 'ghes';
  return hostname.endsWith('.ghe.com') ? 'ghe.com' : 'github.com';
}
