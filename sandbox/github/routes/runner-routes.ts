import { randomBytes } from 'node:crypto';
import type { SandboxResponse } from '../../http.js';
import { GitHubError, notFound } from '../world/errors.js';
import { encodeJitConfig, type RunnerRecord } from '../world/runners.js';
import type { Need } from '../world/tokens.js';
import { readBody } from './bodies.js';
import { listDownloads } from './downloads.js';
import { getGroup, groupsOf, listGroups } from './groups.js';
import { json, noContent, page, type Call, type Route } from './routes.js';

/** The three scopes that can have runners, and the permission that each needs. */
const SCOPES = [
  { base: '/repos/{owner}/{repo}', permission: 'administration' },
  { base: '/orgs/{org}', permission: 'organization_self_hosted_runners' },
  { base: '/enterprises/{enterprise}', permission: 'enterprise_runners' },
] as const;

/** The group of GitHub-hosted runners. No self-hosted runner may be in it. */
const HOSTED_GROUP = 2;
const TOKEN_LIFE_MS = 3_600_000;

/** Everything below `…/actions/runners` and `…/actions/runner-groups`, for the three scopes. */
export const runnerRoutes: readonly Route[] = SCOPES.flatMap(({ base, permission }) => {
  const read: Need = { permission, level: 'read' };
  const write: Need = { permission, level: 'write' };
  const runners = `${base}/actions/runners`;
  const labels = `${runners}/{runner_id}/labels`;
  const groups: Route[] = [
    { method: 'GET', template: `${base}/actions/runner-groups`, access: read, handle: listGroups },
    { method: 'GET', template: `${base}/actions/runner-groups/{runner_group_id}`, access: read, handle: getGroup },
  ];
  return [
    { method: 'GET', template: runners, access: read, handle: listRunners },
    { method: 'GET', template: `${runners}/downloads`, access: read, handle: getDownloads },
    { method: 'GET', template: `${runners}/deprecations/{version}`, access: read, handle: getDeprecation },
    { method: 'POST', template: `${runners}/generate-jitconfig`, access: write, handle: generateJitConfig },
    { method: 'POST', template: `${runners}/registration-token`, access: write, handle: createToken },
    { method: 'POST', template: `${runners}/remove-token`, access: write, handle: createToken },
    { method: 'GET', template: `${runners}/{runner_id}`, access: read, handle: getRunner },
    { method: 'DELETE', template: `${runners}/{runner_id}`, access: write, handle: deleteRunner },
    { method: 'GET', template: labels, access: read, handle: listLabels },
    { method: 'POST', template: labels, access: write, handle: (call) => setLabels(call, 'add') },
    { method: 'PUT', template: labels, access: write, handle: (call) => setLabels(call, 'replace') },
    { method: 'DELETE', template: labels, access: write, handle: removeLabels },
    { method: 'DELETE', template: `${labels}/{name}`, access: write, handle: removeLabels },
    ...(base.startsWith('/repos') ? [] : groups),
  ];
});

/** `repos/{owner}/{repo}`, `orgs/{org}` or `enterprises/{enterprise}`, in lower case. */
function scopeOf(call: Call): string {
  const { owner, repo, org, enterprise } = call.params;
  if (repo) return `repos/${owner}/${repo}`.toLowerCase();
  return (org ? `orgs/${org}` : `enterprises/${enterprise}`).toLowerCase();
}

function renderRunner(runner: RunnerRecord) {
  const { id, name, os, status, busy, labels, ephemeral, version, groupId } = runner;
  return { id, runner_group_id: groupId, name, os, status, busy, labels, ephemeral, version };
}

function generateJitConfig(call: Call): SandboxResponse {
  const body = readBody(call.request, {
    name: { kind: 'string', required: true },
    runner_group_id: { kind: 'integer', required: true },
    labels: { kind: 'strings', required: true },
    work_folder: { kind: 'string' },
  }) as { name: string; runner_group_id: number; labels: string[]; work_folder?: string };
  if (body.labels.length < 1 || body.labels.length > 100) {
    throw new GitHubError(422, "Invalid request.\n\nFor 'properties/labels', 1 to 100 items are allowed.");
  }
  if (body.runner_group_id === HOSTED_GROUP)
    throw new GitHubError(403, 'Runner group 2 is reserved for GitHub-hosted runners.');
  if (!groupsOf(call).some(({ id }) => id === body.runner_group_id)) throw notFound();
  const runner = call.state.registry.register({
    scope: scopeOf(call),
    name: body.name,
    groupId: body.runner_group_id,
    labels: body.labels,
    workFolder: body.work_folder ?? '_work',
    ephemeral: true,
  });
  return json(201, { runner: renderRunner(runner), encoded_jit_config: encodeJitConfig(runner, call.baseUrl) });
}

function listRunners(call: Call): SandboxResponse {
  const name = call.request.query.get('name');
  const all = call.state.registry.list(scopeOf(call)).filter((runner) => !name || runner.name === name);
  const { items, headers } = page(call, all);
  return json(200, { total_count: all.length, runners: items.map(renderRunner) }, headers);
}

function runnerOf(call: Call): RunnerRecord {
  return call.state.registry.get(scopeOf(call), call.params['runner_id'] ?? '');
}

function getRunner(call: Call): SandboxResponse {
  return json(200, renderRunner(runnerOf(call)));
}

function deleteRunner(call: Call): SandboxResponse {
  const runner = runnerOf(call);
  if (runner.busy) throw new GitHubError(422, `Bad request - Runner "${runner.name}" is still running a job"`);
  call.state.switchboard.remove(runner, 'deleted');
  return noContent;
}

function renderLabels({ labels }: RunnerRecord): SandboxResponse {
  return json(200, { total_count: labels.length, labels });
}

function listLabels(call: Call): SandboxResponse {
  return renderLabels(runnerOf(call));
}

function setLabels(call: Call, how: 'add' | 'replace'): SandboxResponse {
  const runner = runnerOf(call);
  const { labels } = readBody(call.request, { labels: { kind: 'strings', required: true } }) as { labels: string[] };
  const kept = runner.labels.filter(({ type }) => how === 'add' || type === 'read-only');
  runner.labels = call.state.registry.toLabels([...kept.map(({ name }) => name), ...labels]);
  call.state.switchboard.assign();
  return renderLabels(runner);
}

function removeLabels(call: Call): SandboxResponse {
  const runner = runnerOf(call);
  const name = call.params['name']?.toLowerCase();
  const label = runner.labels.find((one) => one.name.toLowerCase() === name);
  if (name && !label) throw notFound();
  if (label?.type === 'read-only') throw new GitHubError(422, `The label ${label.name} is read-only.`);
  runner.labels = runner.labels.filter((one) => one.type === 'read-only' || (label !== undefined && one !== label));
  return renderLabels(runner);
}

function createToken(call: Call): SandboxResponse {
  const token = randomBytes(15).toString('hex').toUpperCase().slice(0, 29);
  const expiresAt = Date.now() + TOKEN_LIFE_MS;
  if (call.request.path.endsWith('registration-token')) {
    call.state.registrationTokens.set(token, { scope: scopeOf(call), expiresAt });
  }
  return json(201, { token, expires_at: new Date(expiresAt).toISOString() });
}

async function getDownloads(call: Call): Promise<SandboxResponse> {
  return json(200, await listDownloads(call.state.runnerVersion, call.baseUrl));
}

function getDeprecation(call: Call): SandboxResponse {
  const version = call.params['version'] ?? '';
  const dates = call.state.servesDeprecations ? call.state.versions.get(version) : undefined;
  if (!dates) throw notFound();
  return json(200, {
    runner_version: version,
    registration_deprecates_at: dates.registration ?? null,
    runtime_deprecates_at: dates.runtime ?? null,
  });
}
