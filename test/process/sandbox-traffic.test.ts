import { execFileSync } from 'node:child_process';
import { DescribeInstancesCommand, DescribeRegionsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { seed, startSandbox, type Fault } from '../../sandbox/sandbox.js';
import { eventually, launch, launchOf, refusal, startAws, type AwsSandbox } from '../worlds/sandbox/aws.js';

let aws: AwsSandbox;

beforeEach(async () => {
  aws = await startAws();
});

afterEach(() => aws.close());

const describeAll = new DescribeInstancesCommand({});

test('every request to every service is recorded, in order', async () => {
  await launch(aws.ec2, { ClientToken: 'recorded' });
  await aws.ssm.send(new GetParameterCommand({ Name: '/ci-actions/ami/amd64' }));
  const { githubUrl, token, requests } = aws.sandbox;
  await fetch(`${githubUrl}/repos/octo-org/octo-repo?a=b`, { headers: { authorization: `Bearer ${token}` } });
  expect(requests).toMatchObject([
    { index: 0, service: 'ec2', operation: 'RunInstances', method: 'POST', status: 200 },
    { index: 1, service: 'ssm', operation: 'GetParameter', body: expect.stringContaining('/ci-actions/ami/amd64') },
    { index: 2, service: 'github', operation: 'GET /repos/{owner}/{repo}', path: '/repos/octo-org/octo-repo?a=b' },
  ]);
  expect(requests[0]?.body).toContain('ClientToken=recorded');
  expect(requests[0]?.response).toContain('<RunInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">');
});

describe('a fault', () => {
  test.each<[fault: Fault, tookEffect: boolean]>([
    [{ kind: 'reset-before' }, false],
    [{ kind: 'reset-after' }, true],
    [{ kind: 'malformed' }, true],
    [{ kind: 'status', status: 503, code: 'RequestLimitExceeded', message: 'Slow down' }, false],
  ])('%j makes the request fail; took effect: %s', async (fault, tookEffect) => {
    aws.sandbox.intercept = ({ operation }) => (operation === 'RunInstances' ? fault : undefined);
    await refusal(aws.ec2.send(launchOf()));
    expect(aws.sandbox.ec2.instances()).toHaveLength(tookEffect ? 1 : 0);
    expect(aws.sandbox.requests[0]?.fault).toEqual(fault);
    await aws.ec2.send(describeAll);
  });

  test('of kind status has the format of its service', async () => {
    const fault: Fault = { kind: 'status', status: 400, code: 'ExpiredToken', message: 'Too <late>' };
    aws.sandbox.intercept = () => fault;
    const expected = { name: 'ExpiredToken', message: 'Too <late>', $metadata: { httpStatusCode: 400 } };
    expect(await refusal(aws.ec2.send(describeAll))).toMatchObject(expected);
    expect(await refusal(aws.ssm.send(new GetParameterCommand({ Name: '/x' })))).toMatchObject(expected);
    const answer = await fetch(`${aws.sandbox.githubUrl}/rate_limit`);
    expect([answer.status, await answer.json()]).toMatchObject([400, { message: 'Too <late>' }]);
  });

  test('of kind stall delays the response', async () => {
    aws.sandbox.intercept = () => ({ kind: 'stall', ms: 100 });
    const before = Date.now();
    await launch(aws.ec2);
    expect(Date.now() - before).toBeGreaterThanOrEqual(99);
  });

  test('of kind stall ends with the sandbox', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    aws.sandbox.intercept = () => ({ kind: 'stall', ms: 3_600_000 });
    const answer = refusal(aws.ec2.send(launchOf()));
    await eventually(() => aws.sandbox.ec2.instances().length === 1);
    await aws.close();
    await answer;
    await eventually(() => timers() <= before);
  });
});

describe('a caller', () => {
  const ask = (changes: object) =>
    refusal(
      new EC2Client({
        endpoint: aws.sandbox.awsUrl,
        region: 'us-east-1',
        credentials: { accessKeyId: 'A', secretAccessKey: 'B' },
        maxAttempts: 1,
        ...changes,
      }).send(describeAll),
    );

  test('from a region that is not enabled is refused', async () => {
    const refused = await ask({ region: 'eu-south-2' });
    expect(refused).toMatchObject({ name: 'AuthFailure', $metadata: { httpStatusCode: 401 } });
    expect(refused.message).toContain("'eu-south-2'");
  });

  test('of SSM from another region is refused', async () => {
    const { awsUrl: endpoint } = aws.sandbox;
    const credentials = { accessKeyId: 'A', secretAccessKey: 'B' };
    const elsewhere = new SSMClient({ endpoint, credentials, region: 'eu-west-1', maxAttempts: 1 });
    const refused = await refusal(elsewhere.send(new GetParameterCommand({ Name: '/x' })));
    expect(refused.name).toBe('UnrecognizedClientException');
  });

  test('without a signature is refused', async () => {
    const answer = await fetch(aws.sandbox.awsUrl, { method: 'POST', body: 'Action=DescribeInstances' });
    expect([answer.status, await answer.text()]).toEqual([401, expect.stringContaining('<Code>AuthFailure</Code>')]);
  });

  test('without permission is refused', async () => {
    aws.sandbox.ec2.denied.add('DescribeInstances').add('ssm:GetParameter');
    expect(await ask({})).toMatchObject({ name: 'UnauthorizedOperation', $metadata: { httpStatusCode: 403 } });
    const refused = await refusal(aws.ssm.send(new GetParameterCommand({ Name: '/x' })));
    expect(refused).toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringMatching(/^User: .*ssm:GetParameter/),
    });
  });
});

test('an action that is not modeled is refused', async () => {
  const body = 'Action=CreateFleet&Version=2016-11-15';
  const authorization =
    'AWS4-HMAC-SHA256 Credential=A/20261020/us-east-1/ec2/aws4_request, SignedHeaders=host, Signature=0';
  const answer = await fetch(aws.sandbox.awsUrl, { method: 'POST', body, headers: { authorization } });
  expect(await answer.text()).toContain('<Code>InvalidAction</Code>');
});

test('launches are throttled after 5 in a row if throttling is enabled', async () => {
  const throttled = await startAws({ throttle: true });
  const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => throttled.ec2.send(launchOf())));
  const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as Error] : []));
  expect(refused.length).toBeGreaterThanOrEqual(2);
  expect(refused[0]).toMatchObject({ name: 'RequestLimitExceeded', $metadata: { httpStatusCode: 503 } });
  await throttled.ec2.send(new DescribeRegionsCommand({}));
  await throttled.close();
});

test('region and seed follow the options', async () => {
  const options = {
    region: 'eu-west-1',
    parameters: { '/ci-actions/ami/cuda': undefined, '/mine': 'x' },
    machines: false,
  };
  const sandbox = await startSandbox(options);
  expect(sandbox.environment).toMatchObject({ AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: sandbox.awsUrl });
  expect(sandbox.ec2.subnets.get(seed.SUBNET_B)?.zone).toBe('eu-west-1b');
  expect(sandbox.ec2.parameters.has('/ci-actions/ami/cuda')).toBe(false);
  expect(sandbox.ec2.parameters.get('/mine')).toBe('x');
  await sandbox.close();
});

test('a sandbox whose port is in use fails and serves nothing', async () => {
  const servers = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length;
  const before = servers();
  const taken = Number(new URL(aws.sandbox.githubUrl).port);
  await expect(startSandbox({ ports: { github: taken } })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await eventually(() => servers() <= before);
});

test('a sandbox starts sooner than an empty Node process ends', async () => {
  const times: { sandbox: number; process: number }[] = [];
  for (let run = 0; run < 5; run += 1) {
    const began = performance.now();
    execFileSync(process.execPath, ['-e', ''], { env: {} });
    const before = performance.now();
    const sandbox = await startSandbox();
    times.push({ sandbox: performance.now() - before, process: before - began });
    await sandbox.close();
  }
  expect(Math.min(...times.map((one) => one.sandbox))).toBeLessThan(Math.min(...times.map((one) => one.process)));
});
