import { createSign } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { GITHUB_ROUTES } from '../../sandbox/github/routes/server.js';
import { startGitHub, type GitHubSandbox } from '../worlds/sandbox/github.js';
import { createReferee, type Exchange } from './github-openapi.js';

const REPO = '/repos/octo-org/octo-repo';
const SCOPES = [REPO, '/orgs/octo-org', '/enterprises/octo-enterprise'];

const referee = createReferee();
let sandbox: GitHubSandbox;

beforeAll(async () => {
  sandbox = await startGitHub({ files: { '.github/ec2-runners.yml': 'presets: {}\n' } });
});

afterAll(() => sandbox.close());

async function call(method: string, path: string, about: { body?: unknown; auth?: string; accept?: string } = {}) {
  const { body, auth = `Bearer ${sandbox.github.token}`, accept = 'application/vnd.github+json' } = about;
  const headers = { authorization: auth, accept, ...(body !== undefined && { 'content-type': 'application/json' }) };
  const request = { method, headers, redirect: 'manual', ...(body !== undefined && { body: JSON.stringify(body) }) };
  const response = await fetch(`${sandbox.url}${path}`, request as RequestInit);
  const text = await response.text();
  return { status: response.status, json: text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {} };
}

function appToken(): string {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const { id, privateKey } = sandbox.github.app;
  const text = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode({ iat: now - 60, exp: now + 540, iss: id })}`;
  return `Bearer ${text}.${createSign('RSA-SHA256').update(text).sign(privateKey, 'base64url')}`;
}

async function useRunners(base: string): Promise<void> {
  const runners = `${base}/actions/runners`;
  const body = { name: 'a', runner_group_id: 1, labels: ['x', 'linux'], work_folder: '_work' };
  const registered = await call('POST', `${runners}/generate-jitconfig`, { body });
  const { id } = registered.json['runner'] as { id: number };
  await call('POST', `${runners}/generate-jitconfig`, { body });
  await call('POST', `${runners}/generate-jitconfig`, { body: { name: 'b' } });
  await call('POST', `${runners}/registration-token`);
  await call('POST', `${runners}/remove-token`);
  await call('GET', `${runners}?per_page=100&page=1&name=a`);
  for (const path of ['downloads', 'deprecations/2.336.0', 'deprecations/2.335.0', 'deprecations/1.0.0', id, 999]) {
    await call('GET', `${runners}/${path}`);
  }
  const labels = `${runners}/${id}/labels`;
  await call('GET', labels);
  await call('POST', labels, { body: { labels: ['more'] } });
  await call('PUT', labels, { body: { labels: ['other', 'third'] } });
  await call('DELETE', `${labels}/third`);
  await call('DELETE', `${labels}/linux`);
  await call('DELETE', labels);
  const connection = sandbox.github.connectRunner(id, { busy: true });
  await call('GET', `${runners}/${id}`);
  await call('DELETE', `${runners}/${id}`);
  connection.disconnect();
  await call('DELETE', `${runners}/${id}`);
  if (base === REPO) return;
  await call('GET', `${base}/actions/runner-groups`);
  await call('GET', `${base}/actions/runner-groups/3`);
}

async function useApp(): Promise<void> {
  const auth = appToken();
  const paths = ['/app', '/app/installations', '/app/installations/4242', `${REPO}/installation`];
  for (const path of [
    ...paths,
    '/orgs/octo-org/installation',
    '/users/octo-org/installation',
    '/orgs/none/installation',
  ]) {
    await call('GET', path, { auth });
  }
  const body = { repositories: ['octo-repo'], permissions: { administration: 'write' } };
  await call('POST', '/app/installations/4242/access_tokens', { auth, body });
  await call('POST', '/app/installations/4242/access_tokens', { auth, body: { permissions: { secrets: 'write' } } });
}

async function useRepository(): Promise<void> {
  const { runId } = sandbox.github;
  const job = sandbox.github.queueJob({ labels: ['nobody'], steps: ['true'] });
  const run = `${REPO}/actions/runs/${runId}`;
  const contents = `${REPO}/contents/.github/ec2-runners.yml`;
  for (const path of [
    '',
    '/commits/main',
    '/commits/none',
    `/actions/jobs/${job.id}`,
    `/actions/jobs/${job.id}/logs`,
  ]) {
    await call('GET', `${REPO}${path}`);
  }
  await call('GET', `${contents}?ref=main`);
  await call('GET', contents, { accept: 'application/vnd.github.raw+json' });
  await call('GET', `${REPO}/contents/none`);
  for (const path of ['latest', 'tags/v2.336.0', 'tags/v0.0.1'])
    await call('GET', `/repos/actions/runner/releases/${path}`);
  for (const path of ['', '/attempts/1', '/jobs?filter=latest', '/attempts/1/jobs']) await call('GET', `${run}${path}`);
  const runs = `${REPO}/actions/runs`;
  for (const query of [
    '',
    '?status=in_progress&event=push&branch=main&created=2026-01-01T00:00:00Z',
    '?per_page=1&page=2',
  ])
    await call('GET', `${runs}${query}`);
  const workflows = `${REPO}/actions/workflows`;
  for (const path of ['', '/ci.yml', '/none.yml', '/ci.yml/runs?per_page=1']) await call('GET', `${workflows}${path}`);
  await call('GET', '/');
  await call('POST', `${run}/cancel`);
  await call('POST', `${run}/force-cancel`);
  await call('POST', `${run}/force-cancel`);
  await call('GET', `${run}/jobs`);
  await call('GET', '/rate_limit');
  await call('GET', REPO, { auth: 'Bearer wrong' });
}

async function useSettings(): Promise<void> {
  const [variables, secrets] = [`${REPO}/actions/variables`, `${REPO}/actions/secrets`];
  const variable = { name: 'AWS_REGION', value: 'us-east-1' };
  for (let time = 0; time < 2; time++) await call('POST', variables, { body: variable });
  await call('POST', variables, { body: { name: 'GITHUB_X', value: '' } });
  await call('PATCH', `${variables}/aws_region`, { body: { value: 'eu-west-1' } });
  const { json } = await call('GET', `${secrets}/public-key`);
  const secret = { encrypted_value: 'AAAA', key_id: json['key_id'] };
  for (const body of [secret, secret, { ...secret, key_id: '1' }])
    await call('PUT', `${secrets}/RUNNER_TOKEN`, { body });
  for (const path of [variables, `${variables}/AWS_REGION`, `${variables}/NONE`, secrets]) await call('GET', path);
  for (const path of [`${variables}/AWS_REGION`, `${variables}/NONE`, `${secrets}/RUNNER_TOKEN`, `${secrets}/NONE`])
    await call('DELETE', path);
  for (const path of ['/actions/permissions', '/actions/permissions/access']) await call('GET', `${REPO}${path}`);
  for (const path of ['/user', '/user/memberships/orgs/octo-org', '/user/memberships/orgs/none'])
    await call('GET', path);
}

async function useBranches(): Promise<void> {
  const { json } = await call('GET', `${REPO}/git/ref/heads/main`);
  const { sha } = json['object'] as { sha: string };
  for (let time = 0; time < 2; time++) await call('POST', `${REPO}/git/refs`, { body: { ref: 'refs/heads/new', sha } });
  const body = { message: 'Add', content: Buffer.from('on: push\n').toString('base64'), branch: 'new' };
  for (let time = 0; time < 2; time++) await call('PUT', `${REPO}/contents/.github/workflows/a.yml`, { body });
  const pull = { head: 'new', base: 'main', title: 'Add', body: 'Text' };
  for (let time = 0; time < 2; time++) await call('POST', `${REPO}/pulls`, { body: pull });
  await call('GET', `${REPO}/pulls?state=open&head=octo-org:new`);
  for (const branch of ['new', 'new']) await call('DELETE', `${REPO}/git/refs/heads/${branch}`);
}

async function useDiscussions(): Promise<void> {
  const { github } = sandbox;
  const { number, headSha } = github.addPull({ body: '/var a: b' });
  const forks = [
    { headRepository: 'somebody/octo-repo', pushedAt: Date.now() },
    { headRepository: null, author: null },
  ];
  for (const pull of [{ number }, ...forks.map((fork) => github.addPull(fork)), { number: 999 }])
    await call('GET', `${REPO}/pulls/${pull.number}`);
  const comments = `${REPO}/issues/${number}/comments`;
  const { json } = await call('POST', comments, { body: { body: '/test unit' } });
  for (const body of [{}, { body: '' }, { body: 'a'.repeat(65_537) }]) await call('POST', comments, { body });
  await call('GET', `${comments}?per_page=1&page=1&since=2026-01-01T00:00:00Z`);
  const issue = github.addIssue();
  for (const author of ['hubot', null]) github.addComment({ number: issue, body: 'Why?', author });
  for (const path of [issue, 999]) await call('GET', `${REPO}/issues/${path}/comments`);
  const comment = `${REPO}/issues/comments/${String(json['id'])}`;
  for (const content of ['eyes', 'eyes', 'shrug']) await call('POST', `${comment}/reactions`, { body: { content } });
  await call('GET', `${comment}/reactions?content=eyes`);
  await call('PATCH', comment, { body: { body: 'running' } });
  for (const method of ['GET', 'DELETE', 'DELETE', 'GET']) await call(method, comment);
  const status = {
    state: 'pending',
    context: '/test unit',
    description: 'Tests began',
    target_url: 'https://a.example',
  };
  for (const body of [status, { state: 'success' }, { ...status, state: 'no' }])
    await call('POST', `${REPO}/statuses/${headSha}`, { body });
  await call('GET', `${REPO}/commits/${headSha}/statuses`);
  github.setMember('mona', { level: 'triage', roleName: 'reviewer' });
  for (const login of ['octocat', 'mona', 'hubot', 'nobody'])
    await call('GET', `${REPO}/collaborators/${login}/permission`);
}

/** Both pages of GitHub, as a browser sends their forms. @returns the code for the App */
async function confirmManifest(): Promise<string> {
  const manifest = JSON.stringify({
    name: 'Machines',
    url: 'https://example.com',
    redirect_url: 'http://127.0.0.1:1/back',
    default_permissions: { administration: 'write' },
  });
  const page = `${sandbox.url}/organizations/octo-org/settings/apps/new?state=secret`;
  const post = (fields: Record<string, string>) =>
    fetch(page, { method: 'POST', body: new URLSearchParams({ manifest, ...fields }), redirect: 'manual' });
  expect(await (await post({})).text()).toContain('Create GitHub App for octo-org');
  const back = new URL((await post({ name: 'Machines' })).headers.get('location') ?? '');
  expect(back.searchParams.get('state')).toBe('secret');
  return back.searchParams.get('code') ?? '';
}

async function useManifest(): Promise<void> {
  const conversion = `/app-manifests/${await confirmManifest()}/conversions`;
  for (let time = 0; time < 2; time++) await call('POST', conversion);
}

test('Every answer of the sandbox, good or bad, is one that GitHub documents', async () => {
  for (const base of SCOPES) await useRunners(base);
  await useApp();
  await useSettings();
  await useBranches();
  await useDiscussions();
  await useManifest();
  await useRepository();
  const { requests } = sandbox.traffic;
  const used = new Set(requests.map(({ operation }) => operation));
  expect(
    GITHUB_ROUTES.map(({ method, template }) => `${method} ${template}`).filter((name) => !used.has(name)),
  ).toEqual([]);
  const problems = requests.flatMap(({ method, path, body, status = 0, response = '' }) =>
    referee
      .checkExchange({ method, path, requestBody: body, status, responseBody: response })
      .map((problem) => `${method} ${path} ${status}: ${problem}`),
  );
  expect(problems).toEqual([]);
});

describe('The referee finds', () => {
  const runner = { id: 1, name: 'a', os: 'unknown', status: 'offline', busy: false, labels: [] };
  const registration: Exchange = {
    method: 'POST',
    path: `${REPO}/actions/runners/generate-jitconfig`,
    requestBody: JSON.stringify({ name: 'a', runner_group_id: 1, labels: ['x'] }),
    status: 201,
    responseBody: JSON.stringify({ runner, encoded_jit_config: 'e30=' }),
  };
  const list: Exchange = {
    method: 'GET',
    path: `${REPO}/actions/runners`,
    status: 200,
    responseBody: JSON.stringify({ total_count: 1, runners: [runner] }),
  };

  test('nothing in a correct exchange', () => {
    expect([...referee.checkExchange(registration), ...referee.checkExchange(list)]).toEqual([]);
  });

  const cases: [string, Exchange, RegExp][] = [
    [
      'a missing member',
      { ...registration, requestBody: '{"name":"a","runner_group_id":1}' },
      /required property 'labels'/,
    ],
    [
      'a member of the wrong type',
      { ...registration, requestBody: '{"name":"a","runner_group_id":"1","labels":["x"]}' },
      /runner_group_id must be integer/,
    ],
    [
      'an empty list',
      { ...registration, requestBody: '{"name":"a","runner_group_id":1,"labels":[]}' },
      /labels must NOT have fewer than 1/,
    ],
    [
      'an unknown member',
      { ...registration, requestBody: '{"name":"a","runner_group_id":1,"labels":["x"],"group":1}' },
      /additional properties \(group\)/,
    ],
    ['a body that is not JSON', { ...registration, requestBody: '{' }, /no JSON/],
    ['a missing body', { ...registration, requestBody: '' }, /has no body/],
    ['a query of the wrong type', { ...list, query: 'per_page=abc' }, /per_page must be integer/],
    ['an unknown query parameter', { ...list, path: `${list.path}?perpage=1` }, /additional properties \(perpage\)/],
    [
      'a path of the wrong type',
      { ...list, path: `${list.path}/abc`, responseBody: JSON.stringify(runner) },
      /runner_id must be integer/,
    ],
    [
      'an answer with a member missing',
      { ...list, responseBody: '{"total_count":1,"runners":[{"id":1}]}' },
      /required property 'name'/,
    ],
    [
      'an answer of the wrong type',
      { ...list, responseBody: '{"total_count":"1","runners":[]}' },
      /total_count must be integer/,
    ],
    ['an answer that is not JSON', { ...list, responseBody: 'oops' }, /no JSON/],
    ['a status that GitHub does not document', { ...list, status: 204, responseBody: '' }, /doesn't answer 204/],
    ['a call that does not exist', { ...list, path: '/repos/o/r/actions/runner' }, /has no GET/],
    ['an error without a message', { ...list, status: 404, responseBody: '{}' }, /error without message/],
  ];
  test.each(cases)('%s', (_, exchange, problem) => {
    expect(referee.checkExchange(exchange).join('\n')).toMatch(problem);
  });
});
