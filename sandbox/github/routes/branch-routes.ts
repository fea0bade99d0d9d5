import { createHash } from 'node:crypto';
import type { SandboxResponse } from '../../http.js';
import { GitHubError, notFound } from '../world/errors.js';
import type { Pull } from '../world/settings.js';
import { readBody } from './bodies.js';
import { EPOCH, nodeId, renderAccount, renderCommit, renderFile, renderRepository } from './repository-shapes.js';
import { repositoryOf } from './repository-routes.js';
import { json, noContent, page, type Call, type Route } from './routes.js';

const REPOSITORY = '/repos/{owner}/{repo}';
const WRITE_CONTENTS = { permission: 'contents', level: 'write' } as const;
const READ_CONTENTS = { permission: 'contents', level: 'read' } as const;
const READ_PULLS = { permission: 'pull_requests', level: 'read' } as const;
const WRITE_PULLS = { permission: 'pull_requests', level: 'write' } as const;

/**
 * Branches, files that are written to them, and pull requests. As everywhere in this GitHub, the branches and files of
 * all repositories are one.
 */
export const branchRoutes: readonly Route[] = [
  { method: 'GET', template: `${REPOSITORY}/git/ref/{ref}`, access: READ_CONTENTS, handle: getRef },
  { method: 'POST', template: `${REPOSITORY}/git/refs`, access: WRITE_CONTENTS, handle: createRef },
  { method: 'DELETE', template: `${REPOSITORY}/git/refs/{ref}`, access: WRITE_CONTENTS, handle: deleteRef },
  { method: 'PUT', template: `${REPOSITORY}/contents/{path}`, access: WRITE_CONTENTS, handle: putContents },
  { method: 'GET', template: `${REPOSITORY}/pulls`, access: READ_PULLS, handle: listPulls },
  { method: 'POST', template: `${REPOSITORY}/pulls`, access: WRITE_PULLS, handle: createPull },
];

function refNameOf(call: Call): string {
  return (call.params['ref'] ?? '').replace(/^(heads|tags)\//, '');
}

function renderRef(call: Call, path: string, sha: string) {
  const url = `${call.baseUrl}/repos/${repositoryOf(call).name}/git`;
  const object = { type: 'commit', sha, url: `${url}/commits/${sha}` };
  return { ref: `refs/${path}`, node_id: nodeId('Ref', path), url: `${url}/refs/${path}`, object };
}

function getRef(call: Call): SandboxResponse {
  const sha = call.state.refs.get(refNameOf(call));
  if (!sha) throw notFound();
  return json(200, renderRef(call, call.params['ref'] ?? '', sha));
}

function createRef(call: Call): SandboxResponse {
  const text = { kind: 'string', required: true } as const;
  const { ref, sha } = readBody(call.request, { ref: text, sha: text }) as { ref: string; sha: string };
  const path = /^refs\/((?:heads|tags)\/.+)$/.exec(ref)?.[1];
  if (!path) throw new GitHubError(422, "Reference name must start with 'refs/' and have at least two slashes.");
  const name = path.replace(/^(heads|tags)\//, '');
  if (call.state.refs.has(name)) throw new GitHubError(422, 'Reference already exists');
  const from = [...call.state.refs].find(([, commit]) => commit === sha)?.[0];
  if (from === undefined) throw new GitHubError(422, 'Object does not exist');
  // A new branch has the files of the branch that it starts from.
  for (const [key, content] of call.state.files)
    if (key.startsWith(`${from}:`)) call.state.files.set(`${name}:${key.slice(from.length + 1)}`, content);
  call.state.refs.set(name, sha);
  return json(201, renderRef(call, path, sha));
}

function deleteRef(call: Call): SandboxResponse {
  const name = refNameOf(call);
  if (!call.state.refs.delete(name)) throw new GitHubError(422, 'Reference does not exist');
  for (const key of call.state.files.keys()) if (key.startsWith(`${name}:`)) call.state.files.delete(key);
  for (const pull of call.state.settings.pulls) if (pull.head === name) pull.state = 'closed';
  return noContent;
}

function putContents(call: Call): SandboxResponse {
  const repository = repositoryOf(call);
  const text = { kind: 'string', required: true } as const;
  const fields = { message: text, content: text, branch: { kind: 'string' }, sha: { kind: 'string' } } as const;
  const body = readBody(call.request, fields) as { content: string; branch?: string; sha?: string };
  const branch = body.branch ?? repository.defaultBranch;
  const path = call.params['path'] ?? '';
  const { files, refs } = call.state;
  if (!refs.has(branch)) throw new GitHubError(404, `Branch ${branch} not found`);
  const before = files.get(`${branch}:${path}`) ?? files.get(path);
  if (before !== undefined && body.sha === undefined)
    throw new GitHubError(422, 'Invalid request.\n\n"sha" wasn\'t supplied.');
  const shown = before === undefined ? undefined : renderFile({ path, text: before, ref: branch }, repository, '');
  if (shown && body.sha !== shown.sha) throw new GitHubError(409, `${path} does not match ${body.sha}`);
  const content = Buffer.from(body.content, 'base64').toString('utf8');
  files.set(`${branch}:${path}`, content);
  const commit = createHash('sha1')
    .update(`${refs.get(branch)}${path}${content}`)
    .digest('hex');
  refs.set(branch, commit);
  const {
    content: _text,
    encoding: _encoding,
    ...file
  } = renderFile({ path, text: content, ref: branch }, repository, call.baseUrl);
  const { commit: about, ...names } = renderCommit(commit, repository, call.baseUrl);
  const { author, committer } = about;
  return json(before === undefined ? 201 : 200, { content: file, commit: { ...about, ...names, author, committer } });
}

function listPulls(call: Call): SandboxResponse {
  const { name } = repositoryOf(call);
  const { query } = call.request;
  const [state, head] = [query.get('state') ?? 'open', query.get('head')];
  const all = call.state.settings.pulls.filter(
    (pull) =>
      pull.repository === name &&
      (state === 'all' || pull.state === state) &&
      (head === null || `${name.split('/')[0]}:${pull.head}` === head),
  );
  const { items, headers } = page(call, all);
  return json(
    200,
    items.map((pull) => renderPull(call, pull)),
    headers,
  );
}

function createPull(call: Call): SandboxResponse {
  const repository = repositoryOf(call);
  const text = { kind: 'string', required: true } as const;
  const fields = { head: text, base: text, title: { kind: 'string' }, body: { kind: 'string' } } as const;
  const { head, base, title = '', body = '' } = readBody(call.request, fields) as Record<string, string>;
  const { pulls } = call.state.settings;
  if (!call.state.refs.has(head!)) throw new GitHubError(422, 'Validation Failed');
  if (pulls.some((one) => one.repository === repository.name && one.head === head && one.state === 'open'))
    throw new GitHubError(422, `A pull request already exists for ${repository.name.split('/')[0]}:${head}.`);
  const pull: Pull = {
    number: pulls.length + 1,
    repository: repository.name,
    title,
    body,
    head: head!,
    base: base!,
    state: 'open',
  };
  pulls.push(pull);
  return json(201, {
    ...renderPull(call, pull),
    ...Object.fromEntries(
      ['comments', 'review_comments', 'commits', 'additions', 'deletions'].map((name) => [name, 0]),
    ),
    changed_files: 1,
    maintainer_can_modify: false,
    mergeable: true,
    mergeable_state: 'clean',
    merged: false,
    merged_by: null,
  });
}

function renderPull(call: Call, pull: Pull) {
  const repository = repositoryOf(call);
  const user = renderAccount(repository.name.split('/')[0]!, call.baseUrl);
  const end = (ref: string) => ({
    label: `${user.login}:${ref}`,
    ref,
    sha: call.state.refs.get(ref) ?? '',
    user,
    repo: renderRepository(repository, call.baseUrl),
  });
  return {
    ...renderPullLinks(call.baseUrl, repository.name, pull.number),
    id: 1000 + pull.number,
    node_id: nodeId('PullRequest', pull.number),
    number: pull.number,
    state: pull.state,
    locked: false,
    title: pull.title,
    user,
    body: pull.body,
    labels: [],
    milestone: null,
    active_lock_reason: null,
    created_at: EPOCH,
    updated_at: EPOCH,
    closed_at: null,
    merged_at: null,
    merge_commit_sha: null,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    head: end(pull.head),
    base: end(pull.base),
    author_association: 'OWNER',
    auto_merge: null,
    draft: false,
  };
}

function renderPullLinks(baseUrl: string, name: string, number: number) {
  const url = `${baseUrl}/repos/${name}/pulls/${number}`;
  const html = `${baseUrl}/${name}/pull/${number}`;
  const links = ['self', 'html', 'issue', 'comments', 'review_comments', 'review_comment', 'commits', 'statuses'];
  const issue = url.replace('/pulls/', '/issues/');
  return {
    url,
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: issue,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${url}/comments{/number}`,
    comments_url: `${issue}/comments`,
    statuses_url: `${url}/statuses`,
    _links: Object.fromEntries(links.map((name) => [name, { href: url }])),
  };
}
