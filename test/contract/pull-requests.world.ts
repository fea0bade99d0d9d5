import type { Permission, PullRequests } from '../../src/core/ports/pull-requests.js';
import type { Case } from './contract.js';

/** What the suite needs of a pull request. */
export interface SuitePull {
  readonly state?: 'open' | 'closed';
  readonly body?: string;
  readonly author?: string;
  /** `owner/repo` of a fork; `null`: the fork was deleted. */
  readonly fork?: string | null;
  /** Epoch ms, in whole seconds. */
  readonly pushedAt?: number;
}

/** One implementation of the port for the repository `octo-org/octo-repo`, which is private. */
export interface PullRequestsWorld {
  readonly pullRequests: PullRequests;
  /** A file that the repository has at this commit. */
  readonly file: { readonly path: string; readonly ref: string; readonly text: string };
  addPull(pull?: SuitePull): { readonly number: number; readonly headSha: string };
  /** @returns the number of an issue that is no pull request */
  addIssue(): number;
  /** @param comment.author `null`: the account was deleted @returns its id */
  addComment(comment: { number: number; body: string; author?: string | null }): number;
  deleteComment(id: number): void;
  setMember(login: string, permission: Exclude<Permission, 'none'>): void;
  /** The comments on a pull request, oldest first. */
  commentsOn(number: number): readonly string[];
  /** The reactions to a comment, oldest first. */
  reactionsTo(commentId: number): readonly string[];
  /** The statuses of a commit, oldest first. */
  statusesOf(sha: string): readonly object[];
  /** Loses the next comment on its way to GitHub, or its answer on the way back. */
  loseNextComment(where: 'before' | 'after'): void;
  /** The same pull requests with a token that may not do this. */
  without(permission: 'pull requests' | 'statuses'): Promise<PullRequests>;
  close(): void | Promise<void>;
}

export type PullRequestsCase = Case<PullRequestsWorld, object>;
