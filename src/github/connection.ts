import type { Octokit } from '@octokit/rest';
import type { Clock } from '../core/kernel/clock.js';
import type { Answer, Call, Requests } from './request.js';
import type { Repository, ScopePaths } from './scope.js';

/** What is known of the job without a request. Some runner groups accept only certain jobs. */
export interface JobFacts {
  readonly runId: string;
  /**
   * GITHUB_WORKFLOW_REF: `owner/repo/.github/workflows/file.yml@refs/heads/main`; '' when the runner does not set it.
   */
  readonly workflowRef: string;
  readonly workflowSha: string;
  /** `undefined` when the event has no repository. */
  readonly isPublic: boolean | undefined;
}

/** What all parts of the adapter share. */
export interface Connection {
  readonly octokit: Octokit;
  readonly requests: Requests;
  readonly clock: Clock;
  readonly paths: ScopePaths;
  readonly repository: Repository;
  readonly job?: JobFacts | undefined;
  /** The address of the scope in a browser, at which the runner program registers. */
  readonly address: string;
  /** The API's server: github.com, GitHub Enterprise Server, or ghe.com (data residency). */
  readonly server: 'github.com' | 'ghes' | 'ghe.com';
  /** Whether its token also registers runners, which a workflow's GITHUB_TOKEN cannot do. */
  readonly isForRunners: boolean;
}

/** One REST call. Parameters that the URL template does not name become the query or the body. */
export interface Rest<T, E = never> extends Pick<Call<T, E>, 'read' | 'expected' | 'purpose' | 'signal'> {
  /** Method and URL template. */
  readonly route: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly accept?: string;
  /** Default: the permission for the runners of the scope. */
  readonly permission?: string;
  /** See {@link CallName.grant}. Without effect for the connection of a runner's token. */
  readonly grant?: string;
}

/** The version of GitHub's REST API that this adapter reads. */
const API_VERSION = '2022-11-28';

/** Turns a REST call into a {@link Call} for {@link Requests}. */
export function toCall<T, E = never>(connection: Connection, rest: Rest<T, E>): Call<T, E> {
  const { octokit, paths, isForRunners } = connection;
  const { route, grant } = rest;
  // Only the names of the scope that the route contains: Octokit would put others into the query.
  const names = Object.entries(paths.parameters).filter(([name]) => route.includes(`{${name}}`));
  const parameters = { ...Object.fromEntries(names), ...rest.parameters };
  const { method, url } = octokit.request.endpoint(route, parameters);
  const headers = { 'x-github-api-version': API_VERSION, ...(rest.accept ? { accept: rest.accept } : {}) };
  return {
    endpoint: `${method} ${new URL(url).pathname}`,
    permission: rest.permission ?? paths.permission,
    ...(grant !== undefined && !isForRunners && { grant }),
    send: (authorization): Promise<Answer> =>
      octokit.request(route, { ...parameters, headers: { ...headers, authorization } }),
    read: rest.read,
    purpose: rest.purpose,
    signal: rest.signal,
    ...(rest.expected ? { expected: rest.expected } : {}),
  };
}
