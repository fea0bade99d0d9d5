import type { SandboxResponse } from '../../http.js';
import { nextNumber } from './numbers.js';
import { GitHubError, notFound } from '../world/errors.js';
import type { Pull } from '../world/settings.js';
import { readBody } from './bodies.js';
import { renderPull, renderWholePull } from './pull-shapes.js';
import { repositoryOf } from './repository-routes.js';
import { json, page, type Call, type Route } from './routes.js';

const PULLS = '/repos/{owner}/{repo}/pulls';
const READ_PULLS = { permission: 'pull_requests', level: 'read' } as const;
const WRITE_PULLS = { permission: 'pull_requests', level: 'write' } as const;

/** Pull requests. */
export const pullRoutes: readonly Route[] = [
  { method: 'GET', template: PULLS, access: READ_PULLS, handle: listPulls },
  { method: 'POST', template: PULLS, access: WRITE_PULLS, handle: createPull },
  { method: 'GET', template: `${PULLS}/{pull_number}`, access: READ_PULLS, handle: getPull },
];

function listPulls(call: Call): SandboxResponse {
  const repository = repositoryOf(call);
  const { name } = repository;
  const place = { state: call.state, repository, baseUrl: call.baseUrl };
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
    items.map((pull) => renderPull(pull, place)),
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
    number: nextNumber(call.state, repository.name),
    repository: repository.name,
    title,
    body,
    head: head!,
    base: base!,
    state: 'open',
  };
  pulls.push(pull);
  return json(201, renderWholePull(pull, { state: call.state, repository, baseUrl: call.baseUrl }));
}

function getPull(call: Call): SandboxResponse {
  const repository = repositoryOf(call);
  const number = Number(call.params['pull_number']);
  const pull = call.state.settings.pulls.find((one) => one.repository === repository.name && one.number === number);
  if (!pull) throw notFound();
  return json(200, renderWholePull(pull, { state: call.state, repository, baseUrl: call.baseUrl }));
}
