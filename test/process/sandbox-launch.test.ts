import { DescribeVolumesCommand, type EC2Client, type RunInstancesCommandInput } from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { seed } from '../../sandbox/sandbox.js';
import { launch, launchOf, refusal, startAws, type AwsSandbox } from '../worlds/sandbox/aws.js';

let aws: AwsSandbox;
let ec2: EC2Client;

beforeEach(async () => {
  aws = await startAws();
  ec2 = aws.ec2;
});

afterEach(() => aws.close());

/** `BlockDeviceMappings` with these settings for the root of our images. */
function root(Ebs: object, DeviceName = '/dev/sda1'): Partial<RunInstancesCommandInput> {
  return { BlockDeviceMappings: [{ DeviceName, Ebs }] };
}

function spot(SpotOptions?: object): Partial<RunInstancesCommandInput> {
  return { InstanceMarketOptions: { MarketType: 'spot', ...(SpotOptions && { SpotOptions }) } };
}

function tagging(ResourceType: 'instance' | 'volume' | 'spot-instances-request', ...pairs: [string, string][]) {
  return { TagSpecifications: [{ ResourceType, Tags: pairs.map(([Key, Value]) => ({ Key, Value })) }] };
}

test('the SDK reads a launched instance as EC2 describes it', async () => {
  const { Instances: [instance] = [], ...reservation } = await ec2.send(
    launchOf({
      ...tagging('instance', ['Name', '<a> & "b" é'], ['empty', '']),
      KeyName: seed.KEY_PAIR,
      IamInstanceProfile: { Name: seed.INSTANCE_PROFILE },
      MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
    }),
  );
  expect(reservation.ReservationId).toMatch(/^r-[0-9a-f]{17}$/);
  expect(instance).toMatchObject({
    InstanceId: expect.stringMatching(/^i-0[0-9a-f]{16}$/),
    State: { Code: 0, Name: 'pending' },
    StateReason: { Code: 'pending' },
    ImageId: seed.OUR_AMD64_IMAGE,
    InstanceType: 't3.xlarge',
    Architecture: 'x86_64',
    SubnetId: seed.SUBNET_A,
    VpcId: seed.VPC,
    Placement: { AvailabilityZone: 'us-east-1a' },
    SecurityGroups: [{ GroupId: seed.RUNNER_GROUP, GroupName: 'runners' }],
    KeyName: seed.KEY_PAIR,
    IamInstanceProfile: { Arn: `arn:aws:iam::${seed.ACCOUNT}:instance-profile/${seed.INSTANCE_PROFILE}` },
    MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1, HttpEndpoint: 'enabled' },
    Tags: [
      { Key: 'Name', Value: '<a> & "b" é' },
      { Key: 'empty', Value: '' },
    ],
    EbsOptimized: false,
    BlockDeviceMappings: [],
    RootDeviceName: '/dev/sda1',
  });
  expect(instance?.InstanceLifecycle).toBeUndefined();
  expect(Math.abs((instance?.LaunchTime?.getTime() ?? 0) - Date.now())).toBeLessThan(5_000);
});

test.each<[what: string, changes: Partial<RunInstancesCommandInput>, code: string, message: RegExp]>([
  ['an id that is none', { ImageId: 'ubuntu' }, 'InvalidAMIID.Malformed', /"ubuntu" \(expecting "ami-\.\.\."\)/],
  ['no such image', { ImageId: 'ami-0ffffffffffffffff' }, 'InvalidAMIID.NotFound', /'\[ami-0f+\]' does not exist/],
  ['no image', { ImageId: undefined }, 'MissingParameter', /must contain the parameter ImageId/],
  ['no such type', { InstanceType: 't3.nowhere' as never }, 'InvalidParameterValue', /Invalid value 't3.nowhere'/],
  ['a type of another architecture', { InstanceType: 't4g.xlarge' }, 'InvalidParameterValue', /'arm64'.*'x86_64'/],
  ['no such subnet', { SubnetId: 'subnet-0ffffffffffffffff' }, 'InvalidSubnetID.NotFound', /does not exist/],
  ['no such group', { SecurityGroupIds: ['sg-0ffffffffffffffff'] }, 'InvalidGroup.NotFound', /does not exist/],
  ['a group that is none', { SecurityGroupIds: ['runners'] }, 'InvalidGroupId.Malformed', /"runners"/],
  ['a group of another network', { SecurityGroupIds: [seed.OTHER_GROUP] }, 'InvalidParameter', /different networks/],
  ['no such key', { KeyName: 'mine' }, 'InvalidKeyPair.NotFound', /key pair 'mine' does not exist/],
  ['no such profile', { IamInstanceProfile: { Name: 'x' } }, 'InvalidParameterValue', /Invalid IAM Instance Profile/],
  ['no count', { MinCount: 0 }, 'InvalidParameterValue', /minCount/],
  ['an inverted count', { MinCount: 2, MaxCount: 1 }, 'InvalidParameterValue', /maxCount/],
  ['user data that is not base64', { UserData: '#!/bin/bash' }, 'InvalidUserData.Malformed', /BASE64/],
  ['too much user data', { UserData: Buffer.alloc(16_385).toString('base64') }, 'InvalidParameterValue', /16384/],
  ['a long client token', { ClientToken: 'x'.repeat(65) }, 'InvalidParameterValue', /64 ASCII/],
  ['a small root', root({ VolumeSize: 49 }), 'InvalidBlockDeviceMapping', /49GB is smaller.*expect size >= 50GB/],
  ['a volume without a size', root({}, '/dev/sdf'), 'InvalidBlockDeviceMapping', /size must be provided/],
  ['iops for gp2', root({ VolumeType: 'gp2', Iops: 3000 }), 'InvalidParameterCombination', /iops.*gp2/],
  ['io2 without iops', root({ VolumeType: 'io2' }), 'MissingParameter', /iops/],
  [
    'throughput for io2',
    root({ VolumeType: 'io2', Iops: 3000, Throughput: 200 }),
    'InvalidParameterCombination',
    /gp3/,
  ],
  ['few iops', root({ VolumeType: 'gp3', Iops: 100 }), 'InvalidParameterValue', /3000 to 80000/],
  ['much throughput', root({ Iops: 3000, Throughput: 1000 }), 'InvalidParameterValue', /ratio of 0\.33 is too high/],
  ['many iops for its size', root({ VolumeSize: 50, Iops: 25_001 }), 'InvalidParameterValue', /500 IOPS per GiB/],
  ['many for io1', root({ VolumeType: 'io1', Iops: 2_501 }), 'InvalidParameterValue', /50 IOPS per GiB/],
  ['many for io2', root({ VolumeType: 'io2', Iops: 50_001 }), 'InvalidParameterValue', /1000 IOPS per GiB/],
  ['a magnetic giant', root({ VolumeType: 'standard', VolumeSize: 1_025 }), 'InvalidParameterValue', /1 to 1024/],
  ['st1 as root', root({ VolumeType: 'st1', VolumeSize: 125 }), 'InvalidParameterValue', /root device/],
  ['a key without encryption', root({ KmsKeyId: 'alias/ci' }), 'InvalidParameterDependency', /KmsKeyId.*Encrypted/],
  ['a fast initialization', root({ VolumeInitializationRate: 301 }), 'InvalidParameterValue', /100 to 300/],
  ['a reserved tag', tagging('instance', ['aws:x', '1']), 'InvalidParameterValue', /reserved for internal use/],
  ['a tag twice', tagging('instance', ['a', '1'], ['a', '2']), 'InvalidParameterValue', /Duplicate tag key 'a'/],
  ['a long tag key', tagging('instance', ['k'.repeat(129), '']), 'InvalidParameterValue', /128/],
  ['a long tag value', tagging('volume', ['k', 'v'.repeat(257)]), 'InvalidParameterValue', /256/],
  ['tags of no spot request', tagging('spot-instances-request', ['a', '1']), 'InvalidParameterCombination', /no Spot/],
  ['a behavior of no spot', spot({ InstanceInterruptionBehavior: 'stop' }), 'InvalidParameterCombination', /one-time/],
  ['what is not modelled', { LaunchTemplate: { LaunchTemplateName: 'x' } }, 'UnsupportedBySandbox', /LaunchTemplate/],
])('a launch with %s is refused', async (_, changes, code, message) => {
  const refused = await refusal(ec2.send(launchOf(changes)));
  expect(refused).toMatchObject({ name: code, message: expect.stringMatching(message) });
  expect(refused.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
  expect(aws.sandbox.ec2.instances()).toEqual([]);
});

describe('an image that not every type can launch', () => {
  const cases: [string, Partial<ReturnType<typeof seed.image>>, string, string, RegExp][] = [
    ['UEFI on Xen', { bootMode: 'uefi' }, 't2.xlarge', 'InvalidParameterValue', /t2\.xlarge .* boot mode of UEFI/],
    [
      'BIOS on arm64',
      { bootMode: 'legacy-bios', architecture: 'arm64' },
      't4g.xlarge',
      'InvalidParameterValue',
      /BIOS/,
    ],
    [
      'no ENA on Nitro',
      { enaSupport: false },
      't3.xlarge',
      'InvalidParameterCombination',
      /ENA\) is required for the 't3/,
    ],
    ['a TPM on Xen', { tpmSupport: 'v2.0', bootMode: 'uefi-preferred' }, 't2.xlarge', 'InvalidParameterValue', /TPM/],
  ];

  test.each(cases)('is refused: %s', async (_, changes, InstanceType, name, message) => {
    const id = 'ami-0123456789abcdef0';
    const made = seed.image({ id, name: 'mine', ownerId: seed.ACCOUNT, createdAt: '2026-01-01', tags: new Map() });
    aws.sandbox.ec2.images.set(id, { ...made, ...changes });
    const refused = await refusal(ec2.send(launchOf({ ImageId: id, InstanceType: InstanceType as never })));
    expect(refused).toMatchObject({ name, message: expect.stringMatching(message) });
  });
});

test('50 tags are allowed and 51 are not', async () => {
  const tags = Array.from({ length: 51 }, (_, index): [string, string] => [`key-${index}`, '']);
  await launch(ec2, tagging('instance', ...tags.slice(1)));
  expect(await refusal(ec2.send(launchOf(tagging('instance', ...tags))))).toMatchObject({ name: 'TagLimitExceeded' });
});

describe('a dry run', () => {
  test('launches nothing and says that it would have', async () => {
    const refused = await refusal(ec2.send(launchOf({ DryRun: true })));
    expect(refused).toMatchObject({ name: 'DryRunOperation', $metadata: { httpStatusCode: 412 } });
    expect(aws.sandbox.ec2.instances()).toEqual([]);
  });

  test.each(['RunInstances', 'ec2:CreateTags', 'iam:PassRole'])('says when %s is not allowed', async (permission) => {
    aws.sandbox.ec2.denied.add(permission);
    const profile = { IamInstanceProfile: { Name: seed.INSTANCE_PROFILE } };
    const refused = await refusal(ec2.send(launchOf({ DryRun: true, ...profile, ...tagging('instance', ['a', 'b']) })));
    expect(refused).toMatchObject({ name: 'UnauthorizedOperation', $metadata: { httpStatusCode: 403 } });
    expect(refused.message).toContain(permission);
  });
});

describe('a client token', () => {
  test('launches once, also when it comes again', async () => {
    const first = await launch(ec2, { ClientToken: 'once' });
    expect((await launch(ec2, { ClientToken: 'once' })).id).toBe(first.id);
    expect(aws.sandbox.ec2.instances()).toHaveLength(1);
  });

  test('is bound to its request', async () => {
    await launch(ec2, { ClientToken: 'once' });
    const other = await refusal(ec2.send(launchOf({ ClientToken: 'once', SubnetId: seed.SUBNET_B })));
    expect(other).toMatchObject({ name: 'IdempotentParameterMismatch', $metadata: { httpStatusCode: 400 } });
  });

  test('is bound to its request even if that found no capacity, and then launches once there is some', async () => {
    aws.sandbox.ec2.capacity['t3.xlarge'] = 0;
    await refusal(ec2.send(launchOf({ ClientToken: 'once' })));
    const other = await refusal(ec2.send(launchOf({ ClientToken: 'once', InstanceType: 'm5.xlarge' })));
    expect(other.name).toBe('IdempotentParameterMismatch');
    aws.sandbox.ec2.capacity['t3.xlarge'] = 1;
    expect((await launch(ec2, { ClientToken: 'once' })).State?.Name).toBe('pending');
  });
});

describe('volumes', () => {
  test('follow the image, the mapping for its root device and the tags', async () => {
    const { id } = await launch(ec2, {
      ...root({ VolumeSize: 60, Throughput: 250, VolumeInitializationRate: 200 }),
      ...tagging('volume', ['owner', 'me']),
    });
    const { Volumes } = await ec2.send(new DescribeVolumesCommand({}));
    expect(Volumes).toHaveLength(1);
    expect(Volumes?.[0]).toMatchObject({
      Size: 60,
      VolumeType: 'gp3',
      Iops: 3000,
      Throughput: 250,
      VolumeInitializationRate: 200,
      State: 'in-use',
      AvailabilityZone: 'us-east-1a',
      Attachments: [{ InstanceId: id, Device: '/dev/sda1', DeleteOnTermination: true, State: 'attached' }],
      Tags: [{ Key: 'owner', Value: 'me' }],
    });
  });

  test('of the image’s other mappings are made, each as a mapping for its device changes it', async () => {
    const made = aws.sandbox.ec2.images.get(seed.OUR_AMD64_IMAGE)!;
    const data = { device: '/dev/sdf', sizeGiB: 20, snapshotId: 'snap-0123456789abcdef0', type: 'gp2' };
    const cache = { device: '/dev/sdg', sizeGiB: 10, type: 'gp3' };
    const volumes = [data, cache].map((one) => ({ ...one, deleteOnTermination: false }));
    aws.sandbox.ec2.images.set(made.id, { ...made, volumes });
    const keep = { BlockDeviceMappings: [{ DeviceName: '/dev/sdf', Ebs: { DeleteOnTermination: true } }] };
    const drop = { BlockDeviceMappings: [{ DeviceName: '/dev/sdg', NoDevice: '' }] };
    await launch(ec2, keep);
    await launch(ec2, { BlockDeviceMappings: [...keep.BlockDeviceMappings, ...drop.BlockDeviceMappings] });
    const summary = [...aws.sandbox.ec2.volumes.values()].map(
      ({ attachment, sizeGiB, type }) => `${attachment!.device} ${sizeGiB} ${type} ${attachment!.deleteOnTermination}`,
    );
    const [root, changed, kept] = ['/dev/sda1 50 gp3 true', '/dev/sdf 20 gp2 true', '/dev/sdg 10 gp3 false'];
    expect(summary).toEqual([root, changed, kept, root, changed]);
  });

  test('a mapping for another device adds a second one, which outlives the instance', async () => {
    await launch(ec2, { ImageId: seed.AMAZON_LINUX_IMAGE, ...root({ VolumeSize: 30 }) });
    const { Volumes = [] } = await ec2.send(new DescribeVolumesCommand({}));
    const summary = Volumes.map((volume) => [
      volume.Attachments?.[0]?.Device,
      volume.Size,
      volume.Attachments?.[0]?.DeleteOnTermination,
    ]);
    expect(summary).toEqual([
      ['/dev/xvda', 8, true],
      ['/dev/sda1', 30, false],
    ]);
  });
});
