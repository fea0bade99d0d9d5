import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CONTROL_ROUTES } from '../../sandbox/control/routes.js';
import { launch, refusal, startAws, type AwsSandbox } from '../worlds/sandbox/aws.js';

let aws: AwsSandbox;

beforeEach(async () => {
  // Long enough that no state changes by itself.
  aws = await startAws({ timeline: { pendingMs: 60_000, shuttingDownMs: 60_000 } });
});

afterEach(() => aws.close());

async function control(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> {
  const init = { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  const answer = await fetch(`${aws.sandbox.githubUrl}/_sandbox/${path}`, init);
  return { status: answer.status, body: await answer.json() };
}

test('another process reads events, requests and instances, and ends an instance', async () => {
  const { id } = await launch(aws.ec2);
  expect((await control('GET', 'events?after=1')).body).toMatchObject([{ name: 'pending', instance: id }]);
  expect((await control('GET', 'requests')).body).toMatchObject([{ operation: 'RunInstances', status: 200 }]);
  expect((await control('GET', `instances/${id}`)).body).toMatchObject({ id, type: 't3.xlarge', market: 'on-demand' });
  await control('POST', `instances/${id}/kill`, { code: 'Server.InternalError', message: 'gone' });
  expect((await control('GET', 'instances')).body).toMatchObject([
    { id, state: 'shutting-down', stateReason: { message: 'gone' } },
  ]);
  expect((await control('GET', 'instances/i-0ffffffffffffffff')).status).toBe(404);
  expect((await control('GET', 'nothing')).status).toBe(404);
  expect(aws.sandbox.requests).toHaveLength(1);
});

test('another process queues a job and waits for its end', async () => {
  const queued = await control('POST', 'jobs', { labels: ['x'], steps: ['true'], name: 'build' });
  expect(queued).toMatchObject({ status: 201, body: { name: 'build', status: 'queued' } });
  const { id } = queued.body as { id: number };
  const waiting = control('GET', `jobs/${id}?wait`);
  await control('GET', `jobs/${id}`);
  aws.sandbox.github.jobs()[0]?.cancel();
  expect(await waiting).toMatchObject({ status: 200, body: { status: 'completed', conclusion: 'cancelled' } });
  expect((await control('GET', 'jobs')).body).toHaveLength(1);
  expect((await control('GET', 'jobs/7')).status).toBe(404);
});

test('another process reads runners, without their secrets', async () => {
  const { githubUrl, token } = aws.sandbox;
  await fetch(`${githubUrl}/repos/octo-org/octo-repo/actions/runners/generate-jitconfig`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ name: 'r', runner_group_id: 1, labels: ['x'] }),
  });
  const { body } = await control('GET', 'runners');
  expect(body).toMatchObject([{ name: 'r', status: 'offline' }]);
  expect(JSON.stringify(body)).not.toContain('credentials');
});

test('another process causes faults in some requests', async () => {
  const fault = { kind: 'status', status: 503, code: 'Unavailable' };
  await control('POST', 'faults', { operation: 'DescribeInstances', after: 1, times: 2, fault });
  const ask = () => aws.ec2.send(new DescribeInstancesCommand({}));
  await ask();
  expect((await refusal(ask())).name).toBe('Unavailable');
  expect((await refusal(ask())).name).toBe('Unavailable');
  await ask();
  await control('POST', 'faults', { operation: 'DescribeInstances', times: 100, fault });
  await refusal(ask());
  expect((await control('DELETE', 'faults')).body).toEqual([]);
  await ask();
});

test('another process lets a job be canceled, and adds a run', async () => {
  const { id } = (await control('POST', 'jobs', { labels: ['x'], steps: [] })).body as { id: number };
  expect((await control('POST', `jobs/${id}/cancel`)).body).toMatchObject({ conclusion: 'cancelled' });
  expect((await control('POST', `jobs/${id}/cancel`)).status).toBe(409);
  const run = await control('POST', 'runs', { event: 'schedule', status: 'completed', conclusion: 'failure' });
  expect(run).toMatchObject({ status: 201, body: { event: 'schedule', conclusion: 'failure', headBranch: 'main' } });
});

test('another process brings a runner online, and takes it away', async () => {
  const added = await control('POST', 'runners', { name: 'r', labels: ['x'], busy: true });
  expect(added).toMatchObject({ status: 201, body: { name: 'r', status: 'online', busy: true } });
  expect((await control('POST', 'runners', { name: 'r', labels: ['x'] })).status).toBe(409);
  const { id } = added.body as { id: number };
  expect((await control('DELETE', `runners/${id}`)).status).toBe(200);
  expect((await control('GET', 'runners')).body).toEqual([]);
});

test('another process sets what launches may do', async () => {
  await control('PUT', 'limits', { capacity: { 't3.xlarge/*/on-demand': 1 }, denied: ['ec2:CreateTags'] });
  await launch(aws.ec2);
  expect((await refusal(launch(aws.ec2))).name).toBe('InsufficientInstanceCapacity');
  const { body } = await control('PUT', 'limits', { capacity: {}, refusals: { '*': 'VcpuLimitExceeded' } });
  expect(body).toEqual({ capacity: {}, refusals: { '*': 'VcpuLimitExceeded' }, quota: {}, denied: ['ec2:CreateTags'] });
  expect((await refusal(launch(aws.ec2))).name).toBe('VcpuLimitExceeded');
});

test('a reset makes everything as it was, at the same address and with the same token', async () => {
  await launch(aws.ec2);
  await control('PUT', 'limits', { denied: ['ec2:DescribeInstances'] });
  await control('POST', 'jobs', { labels: ['x'], steps: [] });
  const fault = { kind: 'status', status: 503 };
  await control('POST', 'faults', { operation: 'DescribeInstances', fault });
  const { token } = aws.sandbox;
  expect(await control('POST', 'reset')).toEqual({ status: 200, body: {} });
  for (const list of ['instances', 'jobs', 'events', 'requests', 'faults'])
    expect([list, (await control('GET', list)).body]).toEqual([list, []]);
  expect((await aws.ec2.send(new DescribeInstancesCommand({}))).Reservations).toEqual([]);
  const headers = { authorization: `Bearer ${token}` };
  expect((await fetch(`${aws.sandbox.githubUrl}/repos/octo-org/octo-repo`, { headers })).status).toBe(200);
  await launch(aws.ec2);
  expect(aws.sandbox.ec2.instances()).toHaveLength(1);
});

test('a browser gets a page of all routes and the state, another program the same as JSON', async () => {
  const { id } = await launch(aws.ec2, { TagSpecifications: [] });
  const { githubUrl } = aws.sandbox;
  for (const path of ['/', '/_sandbox', '/_sandbox/']) {
    const answer = await fetch(`${githubUrl}${path}`, { headers: { accept: 'text/html,*/*' } });
    expect(answer.headers.get('content-type')).toMatch(/^text\/html/);
    const text = await answer.text();
    for (const { method, path: route } of CONTROL_ROUTES) expect(text).toContain(`${method} /_sandbox/${route}`);
    expect(text).toContain(id);
    expect(text).toContain(`export AWS_ENDPOINT_URL='${aws.sandbox.awsUrl}'`);
  }
  const page = (await control('GET', '')).body as { routes: unknown[]; variables: Record<string, string> };
  expect(page).toMatchObject({ name: 'ci-actions sandbox', instances: [{ id }], runners: [], jobs: [] });
  expect(page.routes).toHaveLength(CONTROL_ROUTES.length);
  expect(page.variables['GITHUB_TOKEN']).toBe(aws.sandbox.token);
});

test('the examples of the page work', async () => {
  const { id } = await launch(aws.ec2, { InstanceMarketOptions: { MarketType: 'spot' } });
  const examples = CONTROL_ROUTES.filter(({ example }) => example !== undefined);
  expect(examples.length).toBeGreaterThan(5);
  for (const { method, path, example } of examples.toReversed()) {
    const { status, body } = await control(method, path.replace('{id}', id), example);
    expect({ path, isGood: status < 300, body }).toEqual({ path, isGood: true, body: expect.anything() });
  }
});

describe('A malformed request is answered with its reason', () => {
  const fault = { kind: 'status', status: 503 };
  const cases: [string, string, string, number, RegExp][] = [
    ['no JSON', 'POST jobs', '{"labels":', 400, /The body is not JSON: .*JSON/],
    ['a list', 'POST jobs', '[]', 400, /The body is \[\]; allowed: a JSON object/],
    ['null', 'POST jobs', 'null', 400, /The body is null/],
    ['nothing', 'POST jobs', '', 400, /`labels` is missing.* `steps` is missing/],
    [
      'a text for a list',
      'POST jobs',
      '{"labels":"x","steps":[]}',
      400,
      /`labels` is "x"; allowed: a list of at least/,
    ],
    ['an unknown member', 'POST jobs', '{"label":["x"]}', 400, /`label` is not a member.*nearest: `labels`/],
    ['a run that does not exist', 'POST jobs', '{"labels":["x"],"steps":[],"runId":7}', 400, /`runId` is 7.*29679449/],
    ['an unknown operation', 'POST faults', JSON.stringify({ operation: 'Run', fault }), 400, /`operation` is "Run"/],
    ['an unknown fault', 'POST faults', '{"operation":"RunInstances","fault":{"kind":"x"}}', 400, /"reset-before"/],
    [
      'a fault without its time',
      'POST faults',
      '{"operation":"RunInstances","fault":{"kind":"late"}}',
      400,
      /In `fault`: `ms` is missing/,
    ],
    ['no instance', 'POST instances/i-1/kill', '', 404, /There is no instance i-1/],
    ['an on-demand instance', 'POST instances/ID/interrupt', '', 409, /ID is not a spot instance/],
    ['a type that does not exist', 'PUT limits', '{"capacity":{"t3.nowhere":0}}', 400, /`capacity` is .*type\/subnet/],
    ['a position that is no number', 'GET events?after=x', '', 400, /`after` is "x"; allowed: a whole number/],
    ['an unknown parameter', 'GET events?since=1', '', 400, /`since` is not a parameter.*`after`/],
    ['a method that a path does not have', 'DELETE jobs', '', 405, /has no DELETE; allowed: GET, POST/],
    ['no route', 'GET nothing', '', 404, /There is no GET .*nothing\. GET \/_sandbox\/ lists/],
    ['the stop of a sandbox in a test', 'POST stop', '', 409, /Another program started this sandbox/],
  ];
  test.each(cases)('%s', async (_, request, body, status, message) => {
    const { id } = await launch(aws.ec2);
    const [method = '', path = ''] = request.replace('ID', id).split(' ');
    const answer = await fetch(`${aws.sandbox.controlUrl}/${path}`, { method, ...(body && { body }) });
    expect([answer.status, await answer.json()]).toEqual([
      status,
      { message: expect.stringMatching(new RegExp(message.source.replace('ID', id))) },
    ]);
  });
});
