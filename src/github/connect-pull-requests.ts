import type { PullRequests } from '../core/ports/pull-requests.js';
import { openConnection, type GitHubOptions } from './open-connection.js';
import { GitHubPullRequests } from './pull-requests.js';

/** An App's token is created for runners only, so it is no credential for pull requests. */
export type PullRequestsOptions = GitHubOptions & { readonly credentials: { readonly token: string } };

/**
 * Connects to the pull requests of `options.repository`, without a request. `options.scope` has no effect.
 *
 * @throws Failure `bad-input` for text that cannot be a token, or an invalid address
 */
export async function connectPullRequests(options: PullRequestsOptions): Promise<PullRequests> {
  const connection = await openConnection(options);
  return new GitHubPullRequests({ ...connection, isForRunners: false });
}
