import type { CommentRecord, ReactionRecord, StatusRecord } from '../world/discussions.js';
import type { Repository } from '../world/records.js';
import { nodeId, renderAccount } from './repository-shapes.js';
import type { State } from '../state.js';

/** Where a thing is, and how the caller addresses this GitHub. */
export interface Place {
  readonly state: State;
  readonly repository: Repository;
  readonly baseUrl: string;
}

/** The contents that a reaction may have. */
export const REACTIONS = ['+1', '-1', 'laugh', 'confused', 'heart', 'hooray', 'rocket', 'eyes'] as const;

/** A time of this GitHub, in whole seconds as GitHub's own. */
export function renderTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}

export function renderUser(login: string, baseUrl: string) {
  return { ...renderAccount(login, baseUrl), type: login.endsWith('[bot]') ? 'Bot' : 'User' };
}

/** How a person is related to a repository. GitHub's own rules have more cases, which need a history. */
export function associationOf({ state, repository }: Place, login: string | null): string {
  if (login === null) return 'NONE';
  if (repository.name.toLowerCase().startsWith(`${login.toLowerCase()}/`)) return 'OWNER';
  return state.discussions.memberOf(repository.name, login) ? 'MEMBER' : 'NONE';
}

export function renderComment(comment: CommentRecord, place: Place) {
  const { state, repository, baseUrl } = place;
  const api = `${baseUrl}/repos/${repository.name}/issues`;
  const isOnPull = state.settings.pulls.some(
    (pull) => pull.repository === comment.repository && pull.number === comment.number,
  );
  const page = `${baseUrl}/${repository.name}/${isOnPull ? 'pull' : 'issues'}/${comment.number}`;
  const given = state.discussions.reactions.filter(({ commentId }) => commentId === comment.id);
  const url = `${api}/comments/${comment.id}`;
  return {
    id: comment.id,
    node_id: nodeId('IssueComment', comment.id),
    url,
    html_url: `${page}#issuecomment-${comment.id}`,
    issue_url: `${api}/${comment.number}`,
    user: comment.author === null ? null : renderUser(comment.author, baseUrl),
    created_at: renderTime(comment.createdAt),
    updated_at: renderTime(comment.updatedAt),
    body: comment.body,
    author_association: associationOf(place, comment.author),
    performed_via_github_app: null,
    reactions: renderRollup(`${url}/reactions`, given),
  };
}

/** How many reactions of each content there are. */
export function renderRollup(url: string, given: readonly ReactionRecord[]) {
  const count = (name: string) => given.filter(({ content }) => content === name).length;
  return { url, total_count: given.length, ...Object.fromEntries(REACTIONS.map((name) => [name, count(name)])) };
}

export function renderReaction({ id, content, user, createdAt }: ReactionRecord, baseUrl: string) {
  const created_at = renderTime(createdAt);
  return { id, node_id: nodeId('Reaction', id), user: renderUser(user, baseUrl), content, created_at };
}

export function renderStatus(status: StatusRecord, baseUrl: string) {
  const { id, state, description, context, sha, repository, creator, createdAt } = status;
  const user = renderUser(creator, baseUrl);
  return {
    url: `${baseUrl}/repos/${repository}/statuses/${sha}`,
    avatar_url: user.avatar_url,
    id,
    node_id: nodeId('Status', id),
    state,
    description,
    target_url: status.url,
    context,
    created_at: renderTime(createdAt),
    updated_at: renderTime(createdAt),
    creator: user,
  };
}
