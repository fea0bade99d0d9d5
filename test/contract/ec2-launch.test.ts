import { Agent } from 'node:http';
import { connect, type NetConnectOpts } from 'node:net';
import { gunzipSync, gzipSync } from 'node:zlib';
import { DescribeVolumesCommand, EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { seed, startSandbox, type Sandbox } from '../../sandbox/sandbox.js';
import type { Ec2, Instance, LaunchSpec } from '../../src/core/ports/ec2.js';
import { connectEc2 } from '../../src/ec2/connect.js';
import { PATIENCE_MS } from '../worlds/patience.js';
import { setAwsEnvironment, wallClock } from './aws-environment.js';

let sandbox: Sandbox;
let ec2: Ec2;

beforeEach(async () => {
  sandbox = await startSandbox({ machines: false, timeline: { pendingMs: 5, shuttingDownMs: 5 } });
  setAwsEnvironment(sandbox.environment);
  ec2 = await connectEc2({ clock: wallClock });
});

afterEach(() => sandbox.close());

describe('A launched instance', () => {
  test('terminates at its power-off and requires IMDSv2 with a hop limit of two', async () => {
    const { id } = await launch(spec());
    expect(sandbox.ec2.instance(id)).toMatchObject({
      shutdownBehavior: 'terminate',
      metadata: { tokens: 'required', hopLimit: 2, enabled: true },
      clientToken: 'launch-1',
      groups: [{ id: seed.RUNNER_GROUP }],
    });
  });

  test('has the requested root volume, tagged and deleted with the instance', async () => {
    const rootVolume = {
      deviceName: '/dev/sda1',
      sizeGiB: 80,
      type: 'gp3',
      iops: 4_000,
      throughputMiBps: 300,
      initializationRateMiBps: 200,
    };
    const { id } = await launch(spec({ rootVolume }));
    const [volume, ...others] = [...sandbox.ec2.volumes.values()];
    expect(others).toEqual([]);
    expect(volume).toMatchObject({
      sizeGiB: 80,
      type: 'gp3',
      iops: 4_000,
      throughput: 300,
      initializationRate: 200,
      attachment: { instanceId: id, device: '/dev/sda1', deleteOnTermination: true },
      tags: new Map(Object.entries(spec().tags)),
    });
    await ec2.terminate([id]);
    await until(async () => sandbox.ec2.instance(id).state === 'terminated');
    const raw = new EC2Client({});
    expect((await raw.send(new DescribeVolumesCommand({}))).Volumes).toEqual([]);
    raw.destroy();
  });

  test("has the image's other volumes with their sizes, tagged and deleted with the instance", async () => {
    const data = { device: '/dev/sdf', sizeGiB: 200, snapshotId: 'snap-0123456789abcdef0', type: 'st1' } as const;
    const scratch = { device: '/dev/sdg', sizeGiB: 20, type: 'gp3', iops: 4_000, throughput: 200 } as const;
    const volumes = [data, scratch].map((one) => ({ ...one, deleteOnTermination: false }));
    const image = { ...sandbox.ec2.images.get(seed.OUR_AMD64_IMAGE)!, volumes };
    sandbox.ec2.images.set(image.id, image);
    const { furtherVolumes = [] } = (await ec2.describeImage(image.id))!;
    const { id } = await launch(spec({ furtherVolumes }));
    expect([...sandbox.ec2.volumes.values()].slice(1)).toMatchObject([
      { sizeGiB: 200, type: 'st1', snapshotId: data.snapshotId, tags: new Map(Object.entries(spec().tags)) },
      { sizeGiB: 20, type: 'gp3', iops: 4_000, throughput: 200 },
    ]);
    // The policy allows no snapshots, and EC2 needs none for a device of the image.
    expect(Object.keys(sent()).filter((key) => key.includes('SnapshotId'))).toEqual([]);
    await ec2.terminate([id]);
    await until(async () => sandbox.ec2.instance(id).state === 'terminated');
    expect([...sandbox.ec2.volumes.values()]).toEqual([]);
  });

  test('has no volume for instance store', async () => {
    // Our images map /dev/sdb to instance store, as Ubuntu's do.
    expect((await ec2.describeImage(seed.OUR_AMD64_IMAGE))!.furtherVolumes).toEqual([]);
  });

  test('is encrypted on request, with the named key', async () => {
    const rootVolume = { deviceName: '/dev/sda1', encrypted: true, kmsKeyId: 'alias/ci' };
    await launch(spec({ rootVolume }));
    const [volume] = sandbox.ec2.volumes.values();
    expect(volume).toMatchObject({
      encrypted: true,
      kmsKeyId: `arn:aws:kms:us-east-1:${seed.ACCOUNT}:alias/ci`,
    });
  });

  test('as spot has a one-time spot request with the same tags', async () => {
    await launch(spec({ plan: { ...spec().plan, market: 'spot' } }));
    const [request] = sandbox.ec2.spotRequests.values();
    expect(request).toMatchObject({ state: 'active', tags: new Map(Object.entries(spec().tags)) });
    expect(sent()).toMatchObject({
      'InstanceMarketOptions.SpotOptions.SpotInstanceType': 'one-time',
      'InstanceMarketOptions.SpotOptions.InstanceInterruptionBehavior': 'terminate',
    });
  });

  test('gets its user data unchanged', async () => {
    const userData = gzipSync('#!/bin/bash\n#:jit-config e30=\n');
    const { id } = await launch(spec({ userData }));
    const received = sandbox.ec2.instance(id).userData ?? Buffer.alloc(0);
    expect(gunzipSync(received).toString()).toBe('#!/bin/bash\n#:jit-config e30=\n');
  });

  test('has a profile by name or by ARN, and a key pair', async () => {
    await launch(spec({ instanceProfile: seed.INSTANCE_PROFILE, keyName: seed.KEY_PAIR }));
    expect(sent()).toMatchObject({ 'IamInstanceProfile.Name': seed.INSTANCE_PROFILE, KeyName: seed.KEY_PAIR });
    const arn = `arn:aws:iam::${seed.ACCOUNT}:instance-profile/${seed.INSTANCE_PROFILE}`;
    await launch(spec({ instanceProfile: arn, clientToken: 'launch-2' }));
    expect(sent()).toMatchObject({ 'IamInstanceProfile.Arn': arn });
  });

  test('has no properties that were not requested', async () => {
    const plan = { instanceType: 't3.xlarge', market: 'on-demand' } as const;
    await launch(spec({ plan, securityGroupIds: [], rootVolume: { deviceName: '/dev/sda1' } }));
    expect(
      Object.keys(sent())
        .filter((key) => !/^(TagSpecification|MetadataOptions)\./.test(key))
        .sort(),
    ).toEqual([
      'Action',
      'BlockDeviceMapping.1.DeviceName',
      'BlockDeviceMapping.1.Ebs.DeleteOnTermination',
      'ClientToken',
      'ImageId',
      'InstanceInitiatedShutdownBehavior',
      'InstanceType',
      'MaxCount',
      'MinCount',
      'UserData',
      'Version',
    ]);
  });
});

describe('A description', () => {
  test('of an instance that EC2 failed to launch has the reason', async () => {
    const { id } = await launch(spec());
    const reason = { code: 'Server.InsufficientInstanceCapacity', message: 'Insufficient capacity' };
    sandbox.ec2.killInstance(id, reason);
    const [instance] = await ec2.describeInstances([id]);
    expect(instance?.stateReason).toBe('Server.InsufficientInstanceCapacity: Insufficient capacity');
  });

  test('of the console is the latest one, or the posted one where EC2 has no latest', async () => {
    const { id } = await launch(spec());
    sandbox.ec2.instance(id).postedConsole = 'ci-actions phase=agent √\n';
    expect(await ec2.readConsole(id)).toBe('ci-actions phase=agent √\n');
    sandbox.intercept = ({ body }) =>
      body.includes('Latest=true') ? { kind: 'status', status: 400, code: 'UnsupportedOperation' } : undefined;
    expect(await ec2.readConsole(id)).toBe('ci-actions phase=agent √\n');
    const before = sandbox.requests.length;
    expect(await ec2.readConsole(id, 'posted')).toBe('ci-actions phase=agent √\n');
    expect(sandbox.requests.slice(before).map(({ body }) => body.includes('Latest'))).toEqual([false]);
  });

  test('includes all pages, and more ids than one request allows', async () => {
    const raw = new EC2Client({});
    const count = { MinCount: 1_003, MaxCount: 1_003 };
    const tags = [{ ResourceType: 'instance' as const, Tags: [{ Key: 'Name', Value: 'many' }] }];
    await raw.send(
      new RunInstancesCommand({
        ...count,
        ImageId: seed.OUR_AMD64_IMAGE,
        InstanceType: 't3.nano',
        TagSpecifications: tags,
      }),
    );
    raw.destroy();
    const found = await ec2.findInstances({ Name: 'many' });
    const ids = [...new Set(found.map(({ id }) => id))];
    expect(ids).toHaveLength(1_003);
    expect(await ec2.describeInstances(ids)).toHaveLength(1_003);
    const unknown = ['i-0ffffffffffffffff'];
    expect(await ec2.terminate([...ids, ...unknown])).toEqual({ ended: ids, unknown, refused: [] });
    expect(sandbox.requests.some(({ body }) => new URLSearchParams(body).has('InstanceId.1001'))).toBe(false);
    await until(async () => sandbox.ec2.instances().every(({ state }) => state === 'terminated'));
  }, 30_000);
});

describe('A connection', () => {
  test('without a region fails before the first request', async () => {
    setAwsEnvironment({ ...sandbox.environment, AWS_REGION: '', AWS_DEFAULT_REGION: '' });
    await expect(connectEc2({ clock: wallClock })).rejects.toMatchObject({
      code: 'aws-no-region',
      hint: expect.stringContaining('AWS_REGION'),
    });
    expect(sandbox.requests).toEqual([]);
  });

  test('without credentials fails before the first request', async () => {
    setAwsEnvironment({ ...sandbox.environment, AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' });
    await expect(connectEc2({ clock: wallClock })).rejects.toMatchObject({
      code: 'aws-no-credentials',
      hint: expect.stringContaining('aws-actions/configure-aws-credentials'),
    });
    expect(sandbox.requests).toEqual([]);
  });

  test("prefers its own region to the environment's", async () => {
    expect((await connectEc2({ clock: wallClock, region: 'eu-central-1' })).region).toBe('eu-central-1');
    expect(ec2.region).toBe('us-east-1');
  });

  test('of all three clients uses the given agent', async () => {
    const connections: string[] = [];
    const agent = Object.assign(new Agent({ keepAlive: false }), {
      createConnection(options: NetConnectOpts) {
        connections.push(`${'port' in options && options.port}`);
        return connect(options);
      },
    });
    const viaAgent = await connectEc2({ clock: wallClock, agents: { httpAgent: agent } });
    await viaAgent.describeImage(seed.OUR_AMD64_IMAGE);
    await viaAgent.readParameters(['/ci-actions/ami/amd64']);
    await viaAgent.launch(spec());
    const { port } = new URL(sandbox.awsUrl);
    expect(connections).toEqual([port, port, port]);
  });
});

async function launch(spec: LaunchSpec): Promise<Instance> {
  const outcome = await ec2.launch(spec);
  if (outcome.kind !== 'launched') throw new Error(JSON.stringify(outcome));
  return outcome.instance;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error('It did not come about.');
    await wallClock.sleep(10);
  }
}

/** The parameters of the last RunInstances. */
function sent(): Record<string, string> {
  const request = sandbox.requests.findLast(({ operation }) => operation === 'RunInstances');
  return Object.fromEntries(new URLSearchParams(request?.body));
}

function spec(changes: Partial<LaunchSpec> = {}): LaunchSpec {
  return {
    plan: { instanceType: 't3.xlarge', subnetId: seed.SUBNET_A, market: 'on-demand' },
    imageId: seed.OUR_AMD64_IMAGE,
    securityGroupIds: [seed.RUNNER_GROUP],
    rootVolume: { deviceName: '/dev/sda1', sizeGiB: 50 },
    tags: { Name: 'launch', 'ci-actions:run-id': '7' },
    userData: Buffer.from('#!/bin/bash\n'),
    clientToken: 'launch-1',
    ...changes,
  };
}
