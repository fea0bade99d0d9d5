import type {
  Comment,
  CommitStatus,
  Permission,
  PullRequest,
  PullRequests,
  Reaction,
} from '../core/ports/pull-requests.js';
import { toCall, type Connection, type Rest } from './connection.js';
import { readFile, readRepository } from './contents.js';
import { createComment, findComment } from './create-comment.js';
import { readComment, readPermission, readPull } from './pull-request-shapes.js';
import { collaboratorsPermission, grantOf, pullRequestsPermission, statusesPermission } from './scope.js';

/** GitHub's limit for the description of a status, in characters. Source: GitHub answers 422 for a longer one. */
const DESCRIPTION_LIMIT = 140;

const REPOSITORY = '/repos/{owner}/{repo}';
const COMMENT = `${REPOSITORY}/issues/comments/{comment_id}`;

/** The pull requests of the repository of a connection, over GitHub's REST API. */
export class GitHubPullRequests implements PullRequests {
  constructor(private readonly connection: Connection) {}

  readComment(id: number): Promise<Comment | undefined> {
    return this.find({
      route: `GET ${COMMENT}`,
      parameters: { comment_id: id },
      ...this.pullRequests('read'),
      read: ({ data }) => readComment(data),
    });
  }

  readPullRequest(number: number): Promise<PullRequest | undefined> {
    return this.find({
      route: `GET ${REPOSITORY}/pulls/{pull_number}`,
      parameters: { pull_number: number },
      ...this.pullRequests('read'),
      read: ({ data }) => readPull(data),
    });
  }

  async readPermission(login: string): Promise<Permission> {
    const permission = await this.find({
      route: `GET ${REPOSITORY}/collaborators/{username}/permission`,
      parameters: { username: login },
      permission: collaboratorsPermission(this.connection.repository),
      grant: "A workflow's GITHUB_TOKEN always has it.",
      read: ({ data }) => readPermission(data),
    });
    return permission ?? 'none';
  }

  createComment(number: number, body: string, marker: string): Promise<number> {
    return createComment(this.connection, { number, body, marker });
  }

  findComment(number: number, marker: string): Promise<number | undefined> {
    return findComment(this.connection, { number, marker });
  }

  async updateComment(id: number, body: string): Promise<'updated' | 'absent'> {
    const updated = await this.find({
      route: `PATCH ${COMMENT}`,
      parameters: { comment_id: id, body },
      ...this.pullRequests('write'),
      purpose: 'register',
      read: () => 'updated' as const,
    });
    return updated ?? 'absent';
  }

  /** Not as patient as other writes, because a reaction is a courtesy. GitHub answers 200 if it exists already. */
  async react(commentId: number, reaction: Reaction): Promise<void> {
    await this.ask({
      route: `POST ${COMMENT}/reactions`,
      parameters: { comment_id: commentId, content: reaction },
      ...this.pullRequests('write'),
      purpose: 'glance',
      read: () => true,
    });
  }

  /** Repeated after a lost response: a second equal status changes nothing, because the newest of a context counts. */
  async setStatus(sha: string, { state, context, description, url }: CommitStatus): Promise<void> {
    await this.ask({
      route: `POST ${REPOSITORY}/statuses/{sha}`,
      parameters: { sha, state, context, description: shorten(description), target_url: url },
      permission: statusesPermission(this.connection.repository),
      grant: grantOf('statuses: write'),
      purpose: 'register',
      read: () => true,
    });
  }

  readFile(path: string, ref: string): Promise<string | undefined> {
    return readFile(this.connection, path, ref);
  }

  private ask<T, E = never>(rest: Rest<T, E>): Promise<T | E> {
    const { owner, repo } = this.connection.repository;
    const parameters = { owner, repo, ...rest.parameters };
    return this.connection.requests.ask(toCall(this.connection, { ...rest, parameters }));
  }

  /**
   * `undefined` for a 404. GitHub also answers 404 for what the token cannot see, so that the repository is read then.
   */
  private async find<T>(rest: Rest<T>): Promise<T | undefined> {
    const found = await this.ask<T, 'absent'>({
      ...rest,
      expected: ({ status }) => (status === 404 || status === 410 ? 'absent' : undefined),
    });
    if (found !== 'absent') return found;
    await readRepository(this.connection);
    return undefined;
  }

  private pullRequests(level: 'read' | 'write'): Pick<Rest<never>, 'permission' | 'grant'> {
    return {
      permission: pullRequestsPermission(this.connection.repository, level),
      grant: grantOf(`pull-requests: ${level}`),
    };
  }
}

/** Cuts at GitHub's limit, between characters of any size. */
function shorten(description: string): string {
  const characters = Array.from(description);
  if (characters.length <= DESCRIPTION_LIMIT) return description;
  return `${characters.slice(0, DESCRIPTION_LIMIT - 1).join('')}…`;
}
