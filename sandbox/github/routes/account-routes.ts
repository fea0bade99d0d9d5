import type { SandboxResponse } from '../../http.js';
import { notFound } from '../world/errors.js';
import { EPOCH, renderAccount } from './repository-shapes.js';
import { json, type Call, type Route } from './routes.js';

/** The person who uses the token: `octocat`, who owns every organization here. */
const LOGIN = 'octocat';
/** What classic tokens may do: GitHub tells it in a header of each response to them. */
const SCOPES = { 'x-oauth-scopes': 'admin:org, read:org, repo, workflow' };

export const accountRoutes: readonly Route[] = [
  { method: 'GET', template: '/user', access: 'token', handle: getUser },
  { method: 'GET', template: '/user/memberships/orgs/{org}', access: 'token', handle: getMembership },
];

function getUser(call: Call): SandboxResponse {
  const token = call.state.tokens.authenticate(call.request.headers['authorization']);
  const zeros = ['public_repos', 'public_gists', 'followers', 'following'].map((name) => [name, 0]);
  const unknown = ['name', 'company', 'blog', 'location', 'email', 'hireable', 'bio', 'twitter_username'];
  return json(
    200,
    {
      ...renderAccount(LOGIN, call.baseUrl),
      type: 'User',
      ...Object.fromEntries([...zeros, ...unknown.map((name) => [name, null])]),
      created_at: EPOCH,
      updated_at: EPOCH,
    },
    token?.kind === 'classic' ? SCOPES : {},
  );
}

function getMembership(call: Call): SandboxResponse {
  const org = call.params['org'] ?? '';
  const isKnown = call.state.repositories.some(({ name }) => name.toLowerCase().startsWith(`${org.toLowerCase()}/`));
  if (!isKnown) throw notFound();
  const { login, id, node_id, url, avatar_url } = renderAccount(org, call.baseUrl);
  const links = ['repos', 'events', 'hooks', 'issues', 'members', 'public_members'].map((name) => [
    `${name}_url`,
    `${url}/${name}`,
  ]);
  return json(200, {
    url: `${call.baseUrl}/orgs/${org}/memberships/${LOGIN}`,
    state: 'active',
    role: 'admin',
    organization_url: `${call.baseUrl}/orgs/${org}`,
    user: renderAccount(LOGIN, call.baseUrl),
    organization: {
      login,
      id,
      node_id,
      url,
      avatar_url,
      description: null,
      ...Object.fromEntries(links),
    },
  });
}
