import type { SandboxResponse } from '../../http.js';
import { isOpenTo, isSameName } from '../rules/groups.js';
import { notFound } from '../world/errors.js';
import type { RunnerGroup } from '../world/records.js';
import { json, page, type Call } from './routes.js';

/** The groups of the scope. A repository has only the default group. */
export function groupsOf(call: Call): readonly RunnerGroup[] {
  return call.params['repo'] ? [{ id: 1, name: 'Default' }] : call.state.groups;
}

export function listGroups(call: Call): SandboxResponse {
  const all = groupsOf(call).filter((group) => isVisible(call, group));
  const { items, headers } = page(call, all);
  return json(200, { total_count: all.length, runner_groups: items.map((group) => renderGroup(call, group)) }, headers);
}

export function getGroup(call: Call): SandboxResponse {
  const group = groupsOf(call).find(({ id }) => id === Number(call.params['runner_group_id']));
  if (!group) throw notFound();
  return json(200, renderGroup(call, group));
}

/** `visible_to_repository` has a repository's name without its owner, `visible_to_organization` an organization's. */
function isVisible({ params, request, state }: Call, group: RunnerGroup): boolean {
  const organization = request.query.get('visible_to_organization');
  if (organization !== null && params['enterprise']) {
    return group.visibility !== 'selected' || (group.selected ?? []).some((one) => isSameName(one, organization));
  }
  const name = request.query.get('visible_to_repository');
  if (name === null || !params['org']) return true;
  const repository = state.repositories.find((one) => isSameName(one.name, `${params['org']}/${name}`));
  return repository !== undefined && isOpenTo(group, repository);
}

function renderGroup(call: Call, group: RunnerGroup) {
  const { org, enterprise } = call.params;
  const url = `${call.baseUrl}/${org ? `orgs/${org}` : `enterprises/${enterprise}`}/actions/runner-groups/${group.id}`;
  const selectedUrl = org ? 'selected_repositories_url' : 'selected_organizations_url';
  return {
    id: group.id,
    name: group.name,
    visibility: group.visibility ?? 'all',
    default: group.id === 1,
    ...(group.visibility === 'selected' && { [selectedUrl]: `${url}/${org ? 'repositories' : 'organizations'}` }),
    runners_url: `${url}/runners`,
    ...(org && { inherited: false }),
    allows_public_repositories: group.allowsPublicRepositories ?? false,
    restricted_to_workflows: group.selectedWorkflows !== undefined,
    selected_workflows: group.selectedWorkflows ?? [],
  };
}
