import {
  DeleteVolumeCommand,
  DescribeInstancesCommand,
  DescribeInstanceStatusCommand,
  DescribeVolumesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
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

test('an instance is pending, runs, shuts down and stays listed as terminated', async () => {
  const aws = await start({ timeline: { pendingMs: 60, shuttingDownMs: 60 } });
  const { id } = await launch(aws.ec2);
  await becomes(aws, id, 'running');
  expect((await describeOne(aws, id))?.BlockDeviceMappings).toMatchObject([
    { DeviceName: '/dev/sda1', Ebs: { Status: 'attached' } },
  ]);
  const { TerminatingInstances } = await aws.ec2.send(terminate(id));
  expect(TerminatingInstances).toMatchObject([
    { InstanceId: id, PreviousState: { Name: 'running' }, CurrentState: { Code: 32, Name: 'shutting-down' } },
  ]);
  await becomes(aws, id, 'terminated');
  const gone = await describeOne(aws, id);
  expect(gone).toMatchObject({ StateReason: { Code: 'Client.UserInitiatedShutdown' }, BlockDeviceMappings: [] });
  expect(gone?.StateTransitionReason).toMatch(/^User initiated \(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d GMT\)$/);
  expect([gone?.SubnetId, gone?.PrivateIpAddress]).toEqual([undefined, undefined]);
  const names = ['launched', 'pending', 'running', 'shutting-down', 'terminated'];
  expect(aws.sandbox.events.map(({ name }) => name)).toEqual(names);
  const steps = aws.sandbox.events.map(({ at }) => at);
  expect((steps[2] ?? 0) - (steps[1] ?? 0)).toBeGreaterThanOrEqual(59);
  expect((steps[4] ?? 0) - (steps[3] ?? 0)).toBeGreaterThanOrEqual(59);
  await expect(aws.ec2.send(terminate(id))).resolves.toBeDefined();
});

test('a fresh instance is not known to any request at first', async () => {
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

test('one bad id spares the whole batch', async () => {
  const aws = await start();
  const { id } = await launch(aws.ec2);
  const refused = await refusal(aws.ec2.send(terminate(id, 'i-0ffffffffffffffff', 'i-0eeeeeeeeeeeeeeee')));
  expect(refused.message).toBe("The instance IDs 'i-0ffffffffffffffff', 'i-0eeeeeeeeeeeeeeee' do not exist");
  expect(aws.sandbox.ec2.instance(id).stateReason).toBeUndefined();
});

test('a protected instance is not terminated', async () => {
  const aws = await start();
  const { id } = await launch(aws.ec2, { DisableApiTermination: true });
  expect((await refusal(aws.ec2.send(terminate(id)))).name).toBe('OperationNotPermitted');
});

test('a stopped instance keeps its volume and can be started again', async () => {
  const aws = await start();
  const { id } = await launch(aws.ec2);
  await becomes(aws, id, 'running');
  await aws.ec2.send(new StopInstancesCommand({ InstanceIds: [id] }));
  await becomes(aws, id, 'stopped');
  const { InstanceStatuses } = await aws.ec2.send(new DescribeInstanceStatusCommand({ InstanceIds: [id] }));
  expect(InstanceStatuses).toEqual([]);
  expect((await aws.ec2.send(new DescribeVolumesCommand({}))).Volumes).toHaveLength(1);
  await aws.ec2.send(new StartInstancesCommand({ InstanceIds: [id] }));
  await becomes(aws, id, 'running');
  await aws.ec2.send(terminate(id));
  const restart = aws.ec2.send(new StartInstancesCommand({ InstanceIds: [id] }));
  expect((await refusal(restart)).name).toBe('IncorrectInstanceState');
});

test('volumes that may outlive their instance do, until they are deleted', async () => {
  const aws = await start();
  const mapping = { DeviceName: '/dev/sda1', Ebs: { DeleteOnTermination: false } };
  const { id } = await launch(aws.ec2, { BlockDeviceMappings: [mapping] });
  const VolumeId = [...aws.sandbox.ec2.volumes.keys()][0];
  expect((await refusal(aws.ec2.send(new DeleteVolumeCommand({ VolumeId })))).name).toBe('VolumeInUse');
  await aws.ec2.send(terminate(id));
  await becomes(aws, id, 'terminated');
  expect((await aws.ec2.send(new DescribeVolumesCommand({}))).Volumes).toMatchObject([
    { VolumeId, State: 'available', Attachments: [] },
  ]);
  await aws.ec2.send(new DeleteVolumeCommand({ VolumeId }));
  expect(aws.sandbox.ec2.volumes.size).toBe(0);
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
