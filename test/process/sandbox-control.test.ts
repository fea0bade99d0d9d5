import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
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

test('`npm run sandbox` prints the variables to export, serves the sandbox, and ends with Ctrl-C', async () => {
  const main = fileURLToPath(new URL('../../sandbox/main.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', main], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const exported = new Map<string, string>();
  for await (const line of createInterface(child.stdout)) {
    const [, name, value] = /^export (\w+)='([^']*)'$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) exported.set(name, value);
    if (line.startsWith('# Control')) break;
  }
  const headers = { authorization: `Bearer ${exported.get('GITHUB_TOKEN')}` };
  const answer = await fetch(`${exported.get('GITHUB_API_URL')}/repos/${exported.get('GITHUB_REPOSITORY')}`, {
    headers,
  });
  expect(answer.status).toBe(200);
  expect(exported.get('AWS_ENDPOINT_URL')).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  child.kill('SIGINT');
  expect(await exited).toBe(0);
});
