import { createHash } from 'node:crypto';
import { associationOf, renderComment, renderRollup, renderUser, type Place } from './routes/discussion-shapes.js';
import { nextNumber } from './routes/numbers.js';
import { renderPull } from './routes/pull-shapes.js';
import { EPOCH, nodeId, renderRepository } from './routes/repository-shapes.js';
import type { State } from './state.js';
import type { CommentRecord, Member, ReactionRecord, Role, StatusRecord } from './world/discussions.js';
import type { Repository } from './world/records.js';
import type { Pull } from './world/settings.js';

/** An event that starts a workflow, as a step finds it. */
export interface WorkflowEvent {
  /** `GITHUB_EVENT_NAME`. */
  readonly name: string;
  /** The content of the file `GITHUB_EVENT_PATH`. */
  readonly payload: Readonly<Record<string, unknown>>;
}

/** What tests do with pull requests of the first repository besides calling the API. */
export interface PullRequestControls {
  readonly pulls: readonly Pull[];
  /** Oldest first, as reactions and statuses. */
  readonly comments: readonly CommentRecord[];
  readonly reactions: readonly ReactionRecord[];
  readonly statuses: readonly StatusRecord[];
  /** Adds a pull request, by default an open one of a branch of the repository. Tests may change what it returns. */
  addPull(pull?: Partial<Omit<Pull, 'number' | 'repository'>>): Pull;
  /** @returns its number */
  addIssue(title?: string): number;
  /** Default for the author: `octocat`. */
  addComment(comment: { number: number; body: string; author?: string | null }): CommentRecord;
  deleteComment(id: number): void;
  /** Gives a person a role in the repository. Others may read a public repository, and nothing of a private one. */
  setMember(login: string, role: Role | Member): void;
  /** The event of a comment. @param url of this GitHub; default https://api.github.com */
  commentEvent(comment: CommentRecord, about?: { action?: 'created' | 'edited'; url?: string }): WorkflowEvent;
}

export function createPullRequestControls(state: State, repository: Repository): PullRequestControls {
  const { discussions, settings } = state;
  const { name } = repository;
  discussions.setMember(name, 'octocat', { level: 'admin' });
  return {
    pulls: settings.pulls,
    comments: discussions.comments,
    reactions: discussions.reactions,
    statuses: discussions.statuses,
    addPull(given = {}) {
      const number = nextNumber(state, name);
      const headSha = createHash('sha1').update(`pull ${number}`).digest('hex');
      const texts = { title: `Change ${number}`, body: '', head: `topic-${number}`, base: repository.defaultBranch };
      const pull: Pull = { number, repository: name, ...texts, headSha, state: 'open', ...given };
      settings.pulls.push(pull);
      return pull;
    },
    addIssue(title = 'A question') {
      const number = nextNumber(state, name);
      discussions.issues.push({ repository: name, number, title });
      return number;
    },
    addComment: ({ number, body, author = 'octocat' }) =>
      discussions.addComment({ repository: name, number, body, author }),
    deleteComment(id) {
      if (!discussions.deleteComment(id)) throw new Error(`There is no comment ${id}.`);
    },
    setMember: (login, role) => discussions.setMember(name, login, typeof role === 'string' ? { level: role } : role),
    commentEvent: (comment, { action = 'created', url = 'https://api.github.com' } = {}) => ({
      name: 'issue_comment',
      payload: renderEvent(comment, action, { state, repository, baseUrl: url }),
    }),
  };
}

/** As GitHub's description of the webhook `issue_comment` has it. */
function renderEvent(comment: CommentRecord, action: string, place: Place): Readonly<Record<string, unknown>> {
  return {
    action,
    ...(action === 'edited' && { changes: { body: { from: comment.body } } }),
    issue: renderIssue(comment.number, place),
    comment: renderComment(comment, place),
    repository: { ...renderRepository(place.repository, place.baseUrl), topics: [], is_template: false },
    sender: renderUser(comment.author ?? 'ghost', place.baseUrl),
  };
}

function renderIssue(number: number, place: Place) {
  const { state, repository, baseUrl } = place;
  const isIt = (one: { repository: string; number: number }) =>
    one.repository === repository.name && one.number === number;
  const pull = state.settings.pulls.find(isIt);
  const title = pull?.title ?? state.discussions.issues.find(isIt)?.title ?? '';
  const url = `${baseUrl}/repos/${repository.name}/issues/${number}`;
  const author = pull?.author === undefined ? (repository.name.split('/')[0] ?? '') : pull.author;
  const links = ['labels', 'comments', 'events', 'timeline'].map((part) => [`${part}_url`, `${url}/${part}`]);
  return {
    url,
    repository_url: `${baseUrl}/repos/${repository.name}`,
    ...Object.fromEntries(links),
    labels_url: `${url}/labels{/name}`,
    html_url: `${baseUrl}/${repository.name}/${pull ? 'pull' : 'issues'}/${number}`,
    id: 5000 + number,
    node_id: nodeId('Issue', number),
    number,
    title,
    user: renderUser(author ?? 'ghost', baseUrl),
    labels: [],
    state: pull?.state ?? 'open',
    locked: false,
    assignee: null,
    assignees: [],
    milestone: null,
    comments: state.discussions.comments.filter(isIt).length,
    created_at: EPOCH,
    updated_at: EPOCH,
    closed_at: pull?.state === 'closed' ? EPOCH : null,
    author_association: associationOf(place, author),
    active_lock_reason: null,
    body: pull?.body || null,
    reactions: renderRollup(`${url}/reactions`, []),
    performed_via_github_app: null,
    state_reason: null,
    ...(pull && { draft: false, pull_request: pullLinksOf(pull, place) }),
  };
}

function pullLinksOf(pull: Pull, place: Place) {
  const { url, html_url, diff_url, patch_url, merged_at } = renderPull(pull, place);
  return { url, html_url, diff_url, patch_url, merged_at };
}
