import {
  DescribeInstancesCommand,
  DescribeInstanceStatusCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { afterEach, expect, test } from '@jest/globals';
import type { SandboxOptions } from '../../sandbox/sandbox.js';
import { becomes, describeOne, eventually, launch, refusal, startAws, type AwsSandbox } from '../worlds/sandbox/aws.js';

const open: AwsSandbox[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((aws) => aws.close()));
});

async function start(options?: SandboxOptions): Promise<AwsSandbox> {
  const aws = await startAws(options);
  open.push(aws);
  return aws;
}

const terminate = (...InstanceIds: string[]) => new TerminateInstancesCommand({ InstanceIds });

test('each state of an instance is an event, and lasts as long as in the timeline', async () => {
  const aws = await start({ timeline: { pendingMs: 60, shuttingDownMs: 60 } });
  const { id } = await launch(aws.ec2);
  await becomes(aws, id, 'running');
  await aws.ec2.send(terminate(id));
  await becomes(aws, id, 'terminated');
  const names = ['launched', 'pending', 'running', 'shutting-down', 'terminated'];
  expect(aws.sandbox.events.map(({ name }) => name)).toEqual(names);
  const steps = aws.sandbox.events.map(({ at }) => at);
  expect((steps[2] ?? 0) - (steps[1] ?? 0)).toBeGreaterThanOrEqual(59);
  expect((steps[4] ?? 0) - (steps[3] ?? 0)).toBeGreaterThanOrEqual(59);
});

test('a new instance is invisible to all requests at first', async () => {
  const aws = await start({ timeline: { invisibleMs: 600 } });
  const { id } = await launch(aws.ec2);
  expect((await refusal(describeOne(aws, id))).name).toBe('InvalidInstanceID.NotFound');
  expect((await refusal(aws.ec2.send(terminate(id)))).name).toBe('InvalidInstanceID.NotFound');
  expect((await aws.ec2.send(new DescribeInstancesCommand({}))).Reservations).toEqual([]);
  await eventually(
    async () => ((await aws.ec2.send(new DescribeInstancesCommand({}))).Reservations ?? []).length === 1,
  );
  expect((await describeOne(aws, id))?.State?.Name).toBe('running');
});

test('status checks pass some time after the start', async () => {
  const aws = await start({ timeline: { pendingMs: 10, checksMs: 300 } });
  const { id } = await launch(aws.ec2);
  await becomes(aws, id, 'running');
  const ask = async (): Promise<string | undefined> => {
    const { InstanceStatuses } = await aws.ec2.send(new DescribeInstanceStatusCommand({ InstanceIds: [id] }));
    return InstanceStatuses?.[0]?.InstanceStatus?.Status;
  };
  expect(await ask()).toBe('initializing');
  await eventually(async () => (await ask()) === 'ok');
});

test('a host can fail at any time', async () => {
  const aws = await start({ timeline: { pendingMs: 5_000 } });
  const { id } = await launch(aws.ec2);
  aws.sandbox.ec2.killInstance(id, { code: 'Client.InternalError', message: 'Client error on launch' });
  await becomes(aws, id, 'terminated');
  expect((await describeOne(aws, id))?.StateReason).toEqual({
    Code: 'Client.InternalError',
    Message: 'Client error on launch',
  });
});

test('a spot instance can be interrupted', async () => {
  const aws = await start();
  const { id } = await launch(aws.ec2, { InstanceMarketOptions: { MarketType: 'spot' } });
  aws.sandbox.ec2.interruptSpot(id, 20);
  await becomes(aws, id, 'terminated');
  expect((await describeOne(aws, id))?.StateReason?.Code).toBe('Server.SpotInstanceTermination');
  expect([...aws.sandbox.ec2.spotRequests.values()][0]?.status.code).toBe('instance-terminated-no-capacity');
});
