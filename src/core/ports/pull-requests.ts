/** What plan-run needs of GitHub: the pull request that a comment is on. `src/github` implements it. */

/** The levels of a repository role, from the lowest. A custom role counts as the highest level that it includes. */
export const PERMISSIONS = ['none', 'read', 'triage', 'write', 'maintain', 'admin'] as const;
export type Permission = (typeof PERMISSIONS)[number];

export interface PullRequest {
  readonly number: number;
  /** `closed` also stands for merged. */
  readonly state: 'open' | 'closed';
  readonly headSha: string;
  /** `owner/repo`; absent if the fork was deleted. */
  readonly headRepository?: string;
  /** When the head's repository was last pushed to, in epoch ms; absent if GitHub does not say. */
  readonly pushedAt?: number;
  /** The login of its author; absent for a deleted account. */
  readonly author?: string;
  /** The description; '' if there is none. */
  readonly body: string;
}

/** A comment on an issue or pull request. */
export interface Comment {
  readonly id: number;
  readonly body: string;
  /** The login; absent for a deleted account. */
  readonly author?: string;
  /** Epoch ms. */
  readonly createdAt: number;
  /** The number of the issue or pull request. */
  readonly number: number;
  readonly isOnPullRequest: boolean;
}

export type Reaction = 'eyes' | '+1' | 'confused';

/** A commit status. GitHub allows 140 characters in `description`; the adapter shortens a longer one. */
export interface CommitStatus {
  readonly state: 'pending' | 'success' | 'failure' | 'error';
  /** What GitHub groups statuses by: `/test unit`. */
  readonly context: string;
  readonly description: string;
  /** The address of the run. */
  readonly url: string;
}

/** Every method throws a `Failure` `github-*` when GitHub refuses or cannot be asked. */
export interface PullRequests {
  /** `undefined`: there is no such comment, or not any more. */
  readComment(id: number): Promise<Comment | undefined>;
  /** `undefined`: there is no such pull request. */
  readPullRequest(number: number): Promise<PullRequest | undefined>;
  /** The permission of a user in the repository; `none` for an unknown login. */
  readPermission(login: string): Promise<Permission>;
  /**
   * Adds a comment. A lost response is no reason for a second comment: then the comments are searched for `marker`.
   *
   * @param marker a text in `body` that no other comment has
   * @returns its id
   */
  createComment(number: number, body: string, marker: string): Promise<number>;
  /**
   * The first comment of a bot, or of the token's own user, that begins with a marker. Those of other people do not
   * count: anybody can write the marker, and a token that may write can edit what others wrote.
   */
  findComment(number: number, marker: string): Promise<number | undefined>;
  /** @returns `absent` if somebody deleted it meanwhile */
  updateComment(id: number, body: string): Promise<'updated' | 'absent'>;
  /** Adding the same reaction twice changes nothing. */
  react(commentId: number, reaction: Reaction): Promise<void>;
  setStatus(sha: string, status: CommitStatus): Promise<void>;
  /** A file of the repository at a commit; `undefined` if there is no such file. Commits of forks can be read, too. */
  readFile(path: string, ref: string): Promise<string | undefined>;
}
