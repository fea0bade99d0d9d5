import type { SandboxResponse } from '../../http.js';
import { ROLES, type CommentRecord, type Member } from '../world/discussions.js';
import { GitHubError, notFound } from '../world/errors.js';
import type { Need } from '../world/tokens.js';
import { readBody } from './bodies.js';
import { REACTIONS, renderComment, renderReaction, renderStatus, renderUser, type Place } from './discussion-shapes.js';
import { repositoryOf } from './repository-routes.js';
import { json, noContent, page, type Call, type Route } from './routes.js';

const REPOSITORY = '/repos/{owner}/{repo}';
const COMMENTS = `${REPOSITORY}/issues/{issue_number}/comments`;
const COMMENT = `${REPOSITORY}/issues/comments/{comment_id}`;
const READ_COMMENTS: Need = { permission: 'issues', or: 'pull_requests', level: 'read' };
const WRITE_COMMENTS: Need = { permission: 'issues', or: 'pull_requests', level: 'write' };
const READ_STATUSES: Need = { permission: 'statuses', level: 'read' };
const WRITE_STATUSES: Need = { permission: 'statuses', level: 'write' };
const READ_METADATA: Need = { permission: 'metadata', level: 'read' };
const TEXT = { kind: 'string', required: true } as const;

/** GitHub's limits, in characters. */
const BODY_LIMIT = 65_536;
const DESCRIPTION_LIMIT = 140;
const STATES = ['error', 'failure', 'pending', 'success'];

/** Comments on issues and pull requests, reactions to them, commit statuses, and the permissions of people. */
export const discussionRoutes: readonly Route[] = [
  { method: 'GET', template: COMMENTS, access: READ_COMMENTS, handle: listComments },
  { method: 'POST', template: COMMENTS, access: WRITE_COMMENTS, handle: createComment },
  { method: 'GET', template: COMMENT, access: READ_COMMENTS, handle: getComment },
  { method: 'PATCH', template: COMMENT, access: WRITE_COMMENTS, handle: updateComment },
  { method: 'DELETE', template: COMMENT, access: WRITE_COMMENTS, handle: deleteComment },
  { method: 'GET', template: `${COMMENT}/reactions`, access: READ_COMMENTS, handle: listReactions },
  { method: 'POST', template: `${COMMENT}/reactions`, access: WRITE_COMMENTS, handle: react },
  { method: 'POST', template: `${REPOSITORY}/statuses/{sha}`, access: WRITE_STATUSES, handle: createStatus },
  { method: 'GET', template: `${REPOSITORY}/commits/{ref}/statuses`, access: READ_STATUSES, handle: listStatuses },
  {
    method: 'GET',
    template: `${REPOSITORY}/collaborators/{username}/permission`,
    access: READ_METADATA,
    handle: getPermission,
  },
];

function placeOf(call: Call): Place {
  return { state: call.state, repository: repositoryOf(call), baseUrl: call.baseUrl };
}

/** The account of the token: `octocat` (see `account-routes.ts`), or that of an App. */
function callerOf({ state, request }: Call): string {
  const kind = state.tokens.authenticate(request.headers['authorization'])?.kind;
  if (kind === 'actions') return 'github-actions[bot]';
  return kind === 'app' ? 'runners[bot]' : 'octocat';
}

/** @throws GitHubError 404 if there is no issue and no pull request with the number */
function numberOf(call: Call): number {
  const { name } = repositoryOf(call);
  const number = Number(call.params['issue_number']);
  const { settings, discussions } = call.state;
  const all = [...settings.pulls, ...discussions.issues];
  if (!all.some((one) => one.repository === name && one.number === number)) throw notFound();
  return number;
}

function commentOf(call: Call): CommentRecord {
  const { name } = repositoryOf(call);
  const id = Number(call.params['comment_id']);
  const comment = call.state.discussions.comments.find((one) => one.id === id && one.repository === name);
  if (!comment) throw notFound();
  return comment;
}

function listComments(call: Call): SandboxResponse {
  const number = numberOf(call);
  const place = placeOf(call);
  const since = Date.parse(call.request.query.get('since') ?? '1970-01-01T00:00:00Z');
  const all = call.state.discussions.comments.filter(
    (one) => one.repository === place.repository.name && one.number === number && one.updatedAt >= since,
  );
  const { items, headers } = page(call, all);
  return json(
    200,
    items.map((comment) => renderComment(comment, place)),
    headers,
  );
}

function readText(call: Call): string {
  const { body } = readBody(call.request, { body: TEXT }) as { body: string };
  if (body.trim() === '') throw new GitHubError(422, 'Validation Failed', { errors: ["Body can't be blank"] });
  if (Array.from(body).length <= BODY_LIMIT) return body;
  throw new GitHubError(422, 'Validation Failed', {
    errors: [`Body is too long (maximum is ${BODY_LIMIT} characters)`],
  });
}

function createComment(call: Call): SandboxResponse {
  const number = numberOf(call);
  const place = placeOf(call);
  const comment = { repository: place.repository.name, number, body: readText(call), author: callerOf(call) };
  return json(201, renderComment(call.state.discussions.addComment(comment), place));
}

function getComment(call: Call): SandboxResponse {
  return json(200, renderComment(commentOf(call), placeOf(call)));
}

function updateComment(call: Call): SandboxResponse {
  const comment = commentOf(call);
  Object.assign(comment, { body: readText(call), updatedAt: Date.now() });
  return json(200, renderComment(comment, placeOf(call)));
}

function deleteComment(call: Call): SandboxResponse {
  call.state.discussions.deleteComment(commentOf(call).id);
  return noContent;
}

function listReactions(call: Call): SandboxResponse {
  const { id } = commentOf(call);
  const content = call.request.query.get('content');
  const all = call.state.discussions.reactions.filter(
    (one) => one.commentId === id && (content === null || one.content === content),
  );
  const { items, headers } = page(call, all);
  return json(
    200,
    items.map((reaction) => renderReaction(reaction, call.baseUrl)),
    headers,
  );
}

function react(call: Call): SandboxResponse {
  const { id: commentId } = commentOf(call);
  const { content } = readBody(call.request, { content: TEXT }) as { content: string };
  if (!(REACTIONS as readonly string[]).includes(content)) throw new GitHubError(422, 'Validation Failed');
  const { reaction, isNew } = call.state.discussions.react({ commentId, content, user: callerOf(call) });
  return json(isNew ? 201 : 200, renderReaction(reaction, call.baseUrl));
}

function createStatus(call: Call): SandboxResponse {
  const { name: repository } = repositoryOf(call);
  const text = { kind: 'string' } as const;
  const fields = { state: TEXT, context: text, description: text, target_url: text };
  const { state, context = 'default', ...given } = readBody(call.request, fields) as Record<string, string>;
  const sha = call.params['sha'] ?? '';
  if (!/^[0-9a-f]{40}$/.test(sha)) throw new GitHubError(422, `No commit found for SHA: ${sha}`);
  if (!STATES.includes(state!)) throw new GitHubError(422, 'Validation Failed', { errors: ['State is not included'] });
  const description = given['description'] ?? null;
  if (Array.from(description ?? '').length > DESCRIPTION_LIMIT)
    throw new GitHubError(422, 'Validation Failed', {
      errors: [`description is too long (maximum is ${DESCRIPTION_LIMIT} characters)`],
    });
  const url = given['target_url'] ?? null;
  const status = { repository, sha, state: state!, context, description, url, creator: callerOf(call) };
  return json(201, renderStatus(call.state.discussions.addStatus(status), call.baseUrl));
}

function listStatuses(call: Call): SandboxResponse {
  const { name } = repositoryOf(call);
  const ref = call.params['ref'] ?? '';
  const sha = call.state.refs.get(ref) ?? ref;
  const all = call.state.discussions.statuses.filter((one) => one.repository === name && one.sha === sha);
  const { items, headers } = page(call, all.toReversed());
  return json(
    200,
    items.map((status) => renderStatus(status, call.baseUrl)),
    headers,
  );
}

/** Everybody may read a public repository. @throws GitHubError 404 for a login that no part of this GitHub has */
function getPermission(call: Call): SandboxResponse {
  const repository = repositoryOf(call);
  const login = call.params['username'] ?? '';
  const member = call.state.discussions.memberOf(repository.name, login);
  if (!member && !isKnown(call, login)) throw new GitHubError(404, `${login} is not a user`);
  const shown = member ?? (repository.private ? undefined : ({ level: 'read' } satisfies Member));
  const rank = shown ? ROLES.indexOf(shown.level) : -1;
  const names = ['pull', 'triage', 'push', 'maintain', 'admin'];
  const permissions = Object.fromEntries(names.map((name, at) => [name, at <= rank]));
  const role_name = shown?.roleName ?? shown?.level ?? 'none';
  const permission = ['none', 'read', 'read', 'write', 'write', 'admin'][rank + 1];
  const user = { ...renderUser(login, call.baseUrl), permissions, role_name };
  return json(200, { permission, role_name, user });
}

function isKnown({ state }: Call, login: string): boolean {
  const writers = [...state.settings.pulls, ...state.discussions.comments].map(({ author }) => author);
  return ['octocat', ...writers].some((name) => name?.toLowerCase() === login.toLowerCase());
}
