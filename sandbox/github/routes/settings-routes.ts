import type { SandboxResponse } from '../../http.js';
import { GitHubError, notFound } from '../world/errors.js';
import type { RepositorySettings } from '../world/settings.js';
import { readBody } from './bodies.js';
import { repositoryOf } from './repository-routes.js';
import { json, noContent, page, type Call, type Route } from './routes.js';

const ACTIONS = '/repos/{owner}/{repo}/actions';
const VARIABLE = `${ACTIONS}/variables/{name}`;
const SECRET = `${ACTIONS}/secrets/{secret_name}`;
const needs = (permission: string, level: 'read' | 'write') => ({ permission, level }) as const;
/** Source: GitHub's rules for the names of variables and secrets. */
const NAME = /^(?!GITHUB_)[A-Z_][A-Z0-9_]*$/i;

/** Variables and secrets of a repository, and whether it may run workflows. */
export const settingsRoutes: readonly Route[] = [
  { method: 'GET', template: `${ACTIONS}/variables`, access: needs('variables', 'read'), handle: listVariables },
  { method: 'POST', template: `${ACTIONS}/variables`, access: needs('variables', 'write'), handle: createVariable },
  { method: 'GET', template: VARIABLE, access: needs('variables', 'read'), handle: getVariable },
  { method: 'PATCH', template: VARIABLE, access: needs('variables', 'write'), handle: updateVariable },
  { method: 'DELETE', template: VARIABLE, access: needs('variables', 'write'), handle: deleteVariable },
  { method: 'GET', template: `${ACTIONS}/secrets`, access: needs('secrets', 'read'), handle: listSecrets },
  { method: 'GET', template: `${ACTIONS}/secrets/public-key`, access: needs('secrets', 'read'), handle: getKey },
  { method: 'PUT', template: SECRET, access: needs('secrets', 'write'), handle: putSecret },
  { method: 'DELETE', template: SECRET, access: needs('secrets', 'write'), handle: deleteSecret },
  {
    method: 'GET',
    template: `${ACTIONS}/permissions`,
    access: needs('administration', 'read'),
    handle: getPermissions,
  },
  {
    method: 'GET',
    template: `${ACTIONS}/permissions/access`,
    access: needs('administration', 'read'),
    handle: getAccess,
  },
];

function settingsOf(call: Call): RepositorySettings {
  const repository = repositoryOf(call);
  if (repository.forbidsSettings) throw new GitHubError(403, 'Resource not accessible by personal access token');
  return call.state.settings.of(repository.name);
}

function listVariables(call: Call): SandboxResponse {
  const all = [...settingsOf(call).variables.keys()].map((name) => renderVariable(call, name));
  const { items, headers } = page(call, all);
  return json(200, { total_count: all.length, variables: items }, headers);
}

function renderVariable(call: Call, name: string) {
  const variable = settingsOf(call).variables.get(name.toUpperCase());
  if (!variable) throw notFound();
  const { value, createdAt, updatedAt } = variable;
  return { name: name.toUpperCase(), value, created_at: createdAt, updated_at: updatedAt };
}

function getVariable(call: Call): SandboxResponse {
  return json(200, renderVariable(call, call.params['name'] ?? ''));
}

function createVariable(call: Call): SandboxResponse {
  const text = { kind: 'string', required: true } as const;
  const body = readBody(call.request, { name: text, value: text }) as { name: string; value: string };
  const { variables } = settingsOf(call);
  if (!NAME.test(body.name)) throw new GitHubError(422, `The variable name ${body.name} is not allowed.`);
  if (variables.has(body.name.toUpperCase())) throw new GitHubError(409, 'Already exists - Variable already exists');
  const now = nowText();
  variables.set(body.name.toUpperCase(), { value: body.value, createdAt: now, updatedAt: now });
  return json(201, {});
}

function updateVariable(call: Call): SandboxResponse {
  const variable = settingsOf(call).variables.get((call.params['name'] ?? '').toUpperCase());
  if (!variable) throw notFound();
  const { value } = readBody(call.request, { name: { kind: 'string' }, value: { kind: 'string' } });
  Object.assign(variable, { updatedAt: nowText(), ...(typeof value === 'string' && { value }) });
  return noContent;
}

function deleteVariable(call: Call): SandboxResponse {
  if (!settingsOf(call).variables.delete((call.params['name'] ?? '').toUpperCase())) throw notFound();
  return noContent;
}

function listSecrets(call: Call): SandboxResponse {
  const all = [...settingsOf(call).secrets].map(([name, { createdAt, updatedAt }]) => ({
    name,
    created_at: createdAt,
    updated_at: updatedAt,
  }));
  const { items, headers } = page(call, all);
  return json(200, { total_count: all.length, secrets: items }, headers);
}

function getKey(call: Call): SandboxResponse {
  const { keyId, publicKey } = settingsOf(call);
  return json(200, { key_id: keyId, key: publicKey });
}

function putSecret(call: Call): SandboxResponse {
  const text = { kind: 'string', required: true } as const;
  const body = readBody(call.request, { encrypted_value: text, key_id: text });
  const { secrets, keyId } = settingsOf(call);
  if (body['key_id'] !== keyId) throw new GitHubError(422, 'The key_id is not the current one.');
  const name = (call.params['secret_name'] ?? '').toUpperCase();
  if (!NAME.test(name)) throw new GitHubError(422, `The secret name ${name} is not allowed.`);
  const before = secrets.get(name);
  const now = nowText();
  secrets.set(name, { sealed: String(body['encrypted_value']), createdAt: before?.createdAt ?? now, updatedAt: now });
  return before ? noContent : json(201, {});
}

function deleteSecret(call: Call): SandboxResponse {
  if (!settingsOf(call).secrets.delete((call.params['secret_name'] ?? '').toUpperCase())) throw notFound();
  return noContent;
}

function getPermissions(call: Call): SandboxResponse {
  const { actions = 'all' } = repositoryOf(call);
  return json(200, actions === 'off' ? { enabled: false } : { enabled: true, allowed_actions: actions });
}

function getAccess(call: Call): SandboxResponse {
  const repository = repositoryOf(call);
  if (!repository.private)
    throw new GitHubError(422, 'Access policy only applies to internal and private repositories.');
  return json(200, { access_level: repository.accessLevel ?? 'none' });
}

function nowText(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, 'Z');
}
