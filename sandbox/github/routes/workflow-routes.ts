import type { SandboxResponse } from '../../http.js';
import { notFound } from '../world/errors.js';
import type { Repository } from '../world/records.js';
import { repositoryOf } from './repository-routes.js';
import { EPOCH, nodeId } from './repository-shapes.js';
import { json, page, type Call, type Route } from './routes.js';
import { listRuns } from './run-listing.js';
import { WORKFLOW } from './run-shapes.js';

const WORKFLOWS = '/repos/{owner}/{repo}/actions/workflows';
const READ_ACTIONS = { permission: 'actions', level: 'read' } as const;

/** The one workflow of every repository, and the API's own list of addresses. */
export const workflowRoutes: readonly Route[] = [
  { method: 'GET', template: '/', access: 'token', handle: getRoot },
  { method: 'GET', template: WORKFLOWS, access: READ_ACTIONS, handle: listWorkflows },
  { method: 'GET', template: `${WORKFLOWS}/{workflow_id}`, access: READ_ACTIONS, handle: getWorkflow },
  { method: 'GET', template: `${WORKFLOWS}/{workflow_id}/runs`, access: READ_ACTIONS, handle: listRunsOfWorkflow },
];

function listWorkflows(call: Call): SandboxResponse {
  const all = [renderWorkflow(repositoryOf(call), call.baseUrl)];
  const { items, headers } = page(call, all);
  return json(200, { total_count: all.length, workflows: items }, headers);
}

function getWorkflow(call: Call): SandboxResponse {
  return json(200, workflowOf(call));
}

function listRunsOfWorkflow(call: Call): SandboxResponse {
  workflowOf(call);
  return listRuns(call, repositoryOf(call));
}

/** By id or by the name of its file. @throws GitHubError 404 */
function workflowOf(call: Call): ReturnType<typeof renderWorkflow> {
  const { workflow_id: wanted = '' } = call.params;
  if (![`${WORKFLOW.id}`, WORKFLOW.path.split('/').at(-1)].includes(wanted)) throw notFound();
  return renderWorkflow(repositoryOf(call), call.baseUrl);
}

function renderWorkflow({ name, defaultBranch }: Repository, baseUrl: string) {
  const { id, path } = WORKFLOW;
  return {
    id,
    node_id: nodeId('Workflow', id),
    name: WORKFLOW.name,
    path,
    state: 'active',
    created_at: EPOCH,
    updated_at: EPOCH,
    url: `${baseUrl}/repos/${name}/actions/workflows/${id}`,
    html_url: `${baseUrl}/${name}/blob/${defaultBranch}/${path}`,
    badge_url: `${baseUrl}/${name}/workflows/${WORKFLOW.name}/badge.svg`,
  };
}

/** The members that GitHub's OpenAPI document requires. */
const ROOT = `current_user authorizations code_search commit_search emails emojis events feeds followers following gists
  issue_search issues keys label_search notifications organization organization_repositories organization_teams
  public_gists rate_limit repository repository_search current_user_repositories starred starred_gists user
  user_organizations user_repositories user_search current_user_authorizations_html`;

/** Clients look here for what a classic token may do. */
function getRoot({ baseUrl }: Call): SandboxResponse {
  const addresses = ROOT.split(/\s+/).map((name) => [`${name}_url`, `${baseUrl}/${name.replaceAll('_', '/')}`]);
  return json(200, Object.fromEntries(addresses), { 'x-oauth-scopes': 'admin:org, repo, workflow' });
}
