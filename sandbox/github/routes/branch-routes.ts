import { createHash } from 'node:crypto';
import type { SandboxResponse } from '../../http.js';
import { GitHubError, notFound } from '../world/errors.js';
import { readBody } from './bodies.js';
import { nodeId, renderCommit, renderFile } from './repository-shapes.js';
import { repositoryOf } from './repository-routes.js';
import { json, noContent, type Call, type Route } from './routes.js';

const REPOSITORY = '/repos/{owner}/{repo}';
const WRITE_CONTENTS = { permission: 'contents', level: 'write' } as const;
const READ_CONTENTS = { permission: 'contents', level: 'read' } as const;

/**
 * Branches, and files that are written to them. As everywhere in this GitHub, the branches and files of all repositories
 * are one.
 */
export const branchRoutes: readonly Route[] = [
  { method: 'GET', template: `${REPOSITORY}/git/ref/{ref}`, access: READ_CONTENTS, handle: getRef },
  { method: 'POST', template: `${REPOSITORY}/git/refs`, access: WRITE_CONTENTS, handle: createRef },
  { method: 'DELETE', template: `${REPOSITORY}/git/refs/{ref}`, access: WRITE_CONTENTS, handle: deleteRef },
  { method: 'PUT', template: `${REPOSITORY}/contents/{path}`, access: WRITE_CONTENTS, handle: putContents },
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
