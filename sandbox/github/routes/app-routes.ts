import type { SandboxResponse } from '../../http.js';
import { notFound } from '../world/errors.js';
import type { State } from '../state.js';
import { readIssuer, type App, type AppOptions, type Installation, type Permissions } from '../world/tokens.js';
import { readBody } from './bodies.js';
import { EPOCH, nodeId, renderAccount } from './repository-shapes.js';
import { json, page, type Call, type Route } from './routes.js';

/** The App's own routes, and the rate limit, which is public. */
export const appRoutes: readonly Route[] = [
  { method: 'GET', template: '/app', access: 'app', handle: getApp },
  { method: 'GET', template: '/app/installations', access: 'app', handle: listInstallations },
  { method: 'GET', template: '/app/installations/{installation_id}', access: 'app', handle: getInstallation },
  {
    method: 'POST',
    template: '/app/installations/{installation_id}/access_tokens',
    access: 'app',
    handle: createToken,
  },
  { method: 'GET', template: '/repos/{owner}/{repo}/installation', access: 'app', handle: getRepositoryInstallation },
  { method: 'GET', template: '/orgs/{org}/installation', access: 'app', handle: getAccountInstallation },
  { method: 'GET', template: '/users/{username}/installation', access: 'app', handle: getAccountInstallation },
  { method: 'GET', template: '/rate_limit', access: 'public', handle: getRateLimit },
];

/** The App whose JSON Web Token the request has. */
function appOf({ request, state }: Call): App {
  return findApp(state, request.headers['authorization']);
}

export function findApp(state: State, authorization: string | undefined): App {
  const issuer = readIssuer(authorization);
  const created = [...state.createdApps.values()];
  return created.find(({ options }) => [String(options.id), options.clientId].includes(issuer)) ?? state.app();
}

function getApp(call: Call): SandboxResponse {
  const { options, installations } = appOf(call);
  return json(200, { ...renderApp(call, options), installations_count: installations.length });
}

/** The properties that every rendering of an App has. */
export function renderApp(call: Call, options: AppOptions) {
  const {
    id,
    clientId = `Iv1.${id}`,
    slug = 'runners',
    name = 'Runners',
    owner = 'octo-org',
    permissions = {},
  } = options;
  return {
    id,
    client_id: clientId,
    slug,
    node_id: nodeId('App', id),
    owner: renderAccount(owner, call.baseUrl),
    name,
    description: '',
    external_url: call.baseUrl,
    html_url: `${call.baseUrl}/apps/${slug}`,
    created_at: EPOCH,
    updated_at: EPOCH,
    permissions,
    events: [],
  };
}

function renderInstallation(call: Call, installation: Installation) {
  const { id, account, permissions, repositories } = installation;
  return {
    id,
    account: renderAccount(account, call.baseUrl),
    repository_selection: repositories ? 'selected' : 'all',
    access_tokens_url: `${call.baseUrl}/app/installations/${id}/access_tokens`,
    repositories_url: `${call.baseUrl}/installation/repositories`,
    html_url: `${call.baseUrl}/organizations/${account}/settings/installations/${id}`,
    app_id: appOf(call).options.id,
    app_slug: appOf(call).options.slug ?? 'runners',
    target_id: 583231,
    target_type: 'Organization',
    permissions,
    events: [],
    created_at: EPOCH,
    updated_at: EPOCH,
    single_file_name: null,
    suspended_by: null,
    suspended_at: null,
  };
}

function listInstallations(call: Call): SandboxResponse {
  const { items, headers } = page(call, appOf(call).installations);
  return json(
    200,
    items.map((one) => renderInstallation(call, one)),
    headers,
  );
}

function installationOf(call: Call, fits: (installation: Installation) => boolean): Installation {
  const installation = appOf(call).installations.find(fits);
  if (!installation) throw notFound();
  return installation;
}

function getInstallation(call: Call): SandboxResponse {
  const id = Number(call.params['installation_id']);
  return json(
    200,
    renderInstallation(
      call,
      installationOf(call, (one) => one.id === id),
    ),
  );
}

function getRepositoryInstallation(call: Call): SandboxResponse {
  const { owner = '', repo = '' } = call.params;
  const name = `${owner}/${repo}`.toLowerCase();
  const exists = call.state.repositories.some((repository) => repository.name.toLowerCase() === name);
  const installation = installationOf(call, ({ account, repositories }) => {
    if (!exists || account.toLowerCase() !== owner.toLowerCase()) return false;
    return !repositories || repositories.some((one) => one.toLowerCase() === name);
  });
  return json(200, renderInstallation(call, installation));
}

function getAccountInstallation(call: Call): SandboxResponse {
  const name = (call.params['org'] ?? call.params['username'] ?? '').toLowerCase();
  return json(
    200,
    renderInstallation(
      call,
      installationOf(call, ({ account }) => account.toLowerCase() === name),
    ),
  );
}

function createToken(call: Call): SandboxResponse {
  const id = Number(call.params['installation_id']);
  const installation = installationOf(call, (one) => one.id === id);
  const body = readBody(call.request, {
    repositories: { kind: 'strings' },
    repository_ids: { kind: 'integers' },
    permissions: { kind: 'object' },
  }) as { repositories?: string[]; repository_ids?: number[]; permissions?: Permissions };
  const byId = call.state.repositories.filter((one) => body.repository_ids?.includes(one.id));
  const repositories = body.repositories ?? (body.repository_ids && byId.map(({ name }) => name.split('/')[1] ?? ''));
  const { permissions } = body;
  const created = appOf(call).createToken(installation, {
    ...(permissions && { permissions }),
    ...(repositories && { repositories }),
  });
  const token = call.state.tokens.add(created);
  return json(201, {
    token: token.token,
    expires_at: new Date(token.expiresAt ?? 0).toISOString().replace(/\.\d+Z$/, 'Z'),
    permissions: token.permissions,
    repository_selection: token.repositories ? 'selected' : 'all',
  });
}

function getRateLimit(call: Call): SandboxResponse {
  const { limit, remaining, resetAt } = call.state.rateLimit;
  const core = { limit, remaining, reset: resetAt, used: limit - remaining };
  return json(200, { resources: { core, search: core }, rate: core });
}
