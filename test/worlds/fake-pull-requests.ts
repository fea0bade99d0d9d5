import { Failure } from '../../src/core/kernel/failure.js';
import type {
  Comment,
  CommitStatus,
  Permission,
  PullRequest,
  PullRequests,
  Reaction,
} from '../../src/core/ports/pull-requests.js';

type Method = keyof PullRequests;

/** GitHub's limits, in characters. */
const BODY_LIMIT = 65_536;
const DESCRIPTION_LIMIT = 140;

/**
 * The pull requests of a repository in memory, without HTTP. The contract suite (`test/contract/pull-requests.suite.ts`)
 * runs against this fake and against the real adapter on the sandbox.
 */
export class FakePullRequests implements PullRequests {
  /** Every call in order, as `setStatus` or `readComment 7`. */
  readonly calls: string[] = [];
  readonly pulls = new Map<number, PullRequest>();
  /** The comments there are, by id. */
  readonly comments = new Map<number, Comment>();
  /** The permissions of users, by login in lower case. Others have none. */
  readonly permissions = new Map<string, Permission>();
  /** In the order of their creation. */
  readonly reactions: { readonly commentId: number; readonly reaction: Reaction }[] = [];
  /** In the order of their creation. */
  readonly statuses: (CommitStatus & { readonly sha: string })[] = [];
  /** File contents by `path@ref`. */
  readonly files = new Map<string, string>();
  /** The time of new comments, in epoch ms. */
  now: () => number = () => Date.UTC(2026, 5, 1);
  /** Called before each call takes effect, so that a test can change the world meanwhile. */
  onCall: (method: Method, argument: unknown) => void = () => undefined;

  private readonly issues = new Set<number>();
  private readonly refusals = new Map<Method, unknown>();
  private nextId = 1001;

  // For tests.

  /** Adds a pull request, by default an open one of a branch of the repository `octo-org/octo-repo`. */
  addPull(pull: Partial<PullRequest> = {}): PullRequest {
    const number = pull.number ?? this.nextNumber();
    const headSha = number.toString(16).padStart(40, 'a');
    const base = { number, state: 'open', headSha, headRepository: 'octo-org/octo-repo', body: '', author: 'octocat' };
    const added = { ...base, ...pull } as PullRequest;
    this.pulls.set(number, added);
    return added;
  }

  /** Adds an issue that is no pull request. @returns its number */
  addIssue(): number {
    const number = this.nextNumber();
    this.issues.add(number);
    return number;
  }

  /** Adds a comment, by default of `octocat`. */
  addComment(comment: Pick<Comment, 'number' | 'body'> & Partial<Comment>): Comment {
    const isOnPullRequest = this.pulls.has(comment.number);
    const added = { id: this.nextId++, author: 'octocat', createdAt: this.now(), isOnPullRequest, ...comment };
    this.comments.set(added.id, added);
    return added;
  }

  /** Makes every call of a method reject: with an error, or as for a token without the permission. */
  refuse(method: Method, error: unknown = forbidden(method)): void {
    this.refusals.set(method, error);
  }

  /** The bodies of the comments on a pull request, oldest first. */
  bodiesOf(number: number): readonly string[] {
    return [...this.comments.values()].filter((one) => one.number === number).map(({ body }) => body);
  }

  // The port.

  async readComment(id: number): Promise<Comment | undefined> {
    this.begin('readComment', id);
    return this.comments.get(id);
  }

  async readPullRequest(number: number): Promise<PullRequest | undefined> {
    this.begin('readPullRequest', number);
    return this.pulls.get(number);
  }

  async readPermission(login: string): Promise<Permission> {
    this.begin('readPermission', login);
    return this.permissions.get(login.toLowerCase()) ?? 'none';
  }

  async createComment(number: number, body: string): Promise<number> {
    this.begin('createComment', number);
    if (!this.pulls.has(number) && !this.issues.has(number)) throw absent(`the pull request ${number}`);
    checkBody(body);
    return this.addComment({ number, body, author: 'github-actions[bot]' }).id;
  }

  async findComment(number: number, marker: string): Promise<number | undefined> {
    this.begin('findComment', number);
    const all = [...this.comments.values()].filter((one) => one.number === number);
    return all.find(({ body, author }) => body.startsWith(marker) && author?.endsWith('[bot]'))?.id;
  }

  async updateComment(id: number, body: string): Promise<'updated' | 'absent'> {
    this.begin('updateComment', id);
    const comment = this.comments.get(id);
    if (!comment) return 'absent';
    checkBody(body);
    this.comments.set(id, { ...comment, body });
    return 'updated';
  }

  async react(commentId: number, reaction: Reaction): Promise<void> {
    this.begin('react', commentId);
    if (!this.comments.has(commentId)) throw absent(`the comment ${commentId}`);
    const isThere = this.reactions.some((one) => one.commentId === commentId && one.reaction === reaction);
    if (!isThere) this.reactions.push({ commentId, reaction });
  }

  async setStatus(sha: string, status: CommitStatus): Promise<void> {
    this.begin('setStatus', sha);
    if (!/^[0-9a-f]{40}$/.test(sha)) {
      throw new Failure('github-rejected', `GitHub has no commit ${sha}.`, { hint: 'Correct it.' });
    }
    const characters = Array.from(status.description);
    const isLong = characters.length > DESCRIPTION_LIMIT;
    const description = isLong ? `${characters.slice(0, DESCRIPTION_LIMIT - 1).join('')}…` : status.description;
    this.statuses.push({ sha, ...status, description });
  }

  async readFile(path: string, ref: string): Promise<string | undefined> {
    this.begin('readFile', `${path}@${ref}`);
    return this.files.get(`${path}@${ref}`);
  }

  private begin(method: Method, argument: string | number): void {
    this.calls.push(`${method} ${argument}`);
    this.onCall(method, argument);
    if (this.refusals.has(method)) throw this.refusals.get(method);
  }

  private nextNumber(): number {
    return Math.max(0, ...this.pulls.keys(), ...this.issues) + 1;
  }
}

function forbidden(method: Method): Failure {
  return new Failure('github-forbidden', `GitHub answered ${method} with 403: Resource not accessible by integration`, {
    hint: 'The token needs another permission.',
  });
}

function absent(what: string): Failure {
  return new Failure('github-not-found', `GitHub has no ${what}.`, { hint: 'Check the number.' });
}

function checkBody(body: string): void {
  if (body.trim() !== '' && Array.from(body).length <= BODY_LIMIT) return;
  throw new Failure('github-rejected', 'GitHub refuses the text of the comment.', { hint: 'Shorten it.' });
}
