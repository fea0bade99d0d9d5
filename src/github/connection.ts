import type { Octokit } from '@octokit/rest';
import type { Clock } from '../core/kernel/clock.js';
import type { Answer, Call, Requests } from './request.js';
import type { Repository, ScopePaths } from './scope.js';

/** What is known of the job without asking: some runner groups take only certain ones. */
export interface JobFacts {
  readonly runId: string;
  /** GITHUB_WORKFLOW_REF: `owner/repo/.github/workflows/file.yml@refs/heads/main`; '' where the runner does not say. */
  readonly workflowRef: string;
  readonly workflowSha: string;
  /** `undefined`: the event does not say. */
  readonly isPublic: boolean | undefined;
}

/** Everything the parts of the adapter share. */
export interface Connection {
  readonly octokit: Octokit;
  readonly requests: Requests;
  readonly clock: Clock;
  readonly paths: ScopePaths;
  readonly repository: Repository;
  readonly job?: JobFacts | undefined;
  /** Who runs the API: github.com, GitHub Enterprise Server, or ghe.com (data residency). */
  readonly server: 'github.com' | 'ghes' | 'ghe.com';
}

/** One REST call: method and URL template, the template's variables and the rest as query or body. */
export interface Rest<T, E = never> extends Pick<Call<T, E>, 'read' | 'expected' | 'purpose' | 'signal'> {
  readonly route: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly accept?: string;
  /** Default: that of the scope's runners. */
  readonly permission?: string;
}

/** The version of GitHub's REST API that the readers here were written for. */
const API_VERSION = '2022-11-28';

/** A REST call as the request policy takes it. */
export function toCall<T, E = never>({ octokit, paths }: Connection, rest: Rest<T, E>): Call<T, E> {
  const { route } = rest;
  // The scope's names only where the route has them: elsewhere they would end up in the query.
  const names = Object.entries(paths.parameters).filter(([name]) => route.includes(`{${name}}`));
  const parameters = { ...Object.fromEntries(names), ...rest.parameters };
  const { method, url } = octokit.request.endpoint(route, parameters);
  const headers = { 'x-github-api-version': API_VERSION, ...(rest.accept ? { accept: rest.accept } : {}) };
  return {
    endpoint: `${method} ${new URL(url).pathname}`,
    permission: rest.permission ?? paths.permission,
    send: (authorization): Promise<Answer> =>
      octokit.request(route, { ...parameters, headers: { ...headers, authorization } }),
    read: rest.read,
    purpose: rest.purpose,
    signal: rest.signal,
    ...(rest.expected ? { expected: rest.expected } : {}),
  };
}
