import {
  DescribeAvailabilityZonesCommand,
  DescribeImagesCommand,
  DescribeInstanceTypesCommand,
  DescribeRegionsCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  type EC2Client,
} from '@aws-sdk/client-ec2';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { seed } from '../../sandbox/sandbox.js';
import { startAws, type AwsSandbox } from '../worlds/sandbox/aws.js';

let aws: AwsSandbox;
let ec2: EC2Client;

beforeEach(async () => {
  aws = await startAws();
  ec2 = aws.ec2;
});

afterEach(() => aws.close());

test('images are found by owner, name, state, architecture and tag', async () => {
  const find = async (filters: Record<string, string>, Owners?: string[]) => {
    const Filters = Object.entries(filters).map(([Name, value]) => ({ Name, Values: [value] }));
    const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Filters, ...(Owners && { Owners }) }));
    return Images.map(({ ImageId }) => ImageId);
  };
  expect(await find({ architecture: 'arm64', state: 'available' })).toEqual([
    seed.OUR_ARM64_IMAGE,
    seed.UBUNTU_ARM64_IMAGE,
  ]);
  expect(await find({ architecture: 'arm64' }, ['self'])).toEqual([seed.OUR_ARM64_IMAGE]);
  expect(await find({ name: 'ci-actions-amd64-*' }, ['self'])).toEqual([seed.OUR_AMD64_IMAGE]);
  expect(await find({ 'tag:ci-actions:preset': 'cuda' })).toEqual([seed.OUR_CUDA_IMAGE]);
  const { Images } = await ec2.send(new DescribeImagesCommand({ ImageIds: [seed.DLAMI_IMAGE] }));
  expect(Images?.[0]).toMatchObject({
    State: 'available',
    RootDeviceName: '/dev/sda1',
    RootDeviceType: 'ebs',
    Public: true,
    CreationDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    BlockDeviceMappings: [
      {
        DeviceName: '/dev/sda1',
        Ebs: { VolumeSize: 75, SnapshotId: expect.stringMatching(/^snap-/), Encrypted: false },
      },
      { DeviceName: '/dev/sdb', VirtualName: 'ephemeral0' },
    ],
  });
});

test('instance types show processors, memory, GPUs and markets', async () => {
  const { InstanceTypes = [] } = await ec2.send(
    new DescribeInstanceTypesCommand({ InstanceTypes: ['g6.xlarge', 't4g.xlarge'] }),
  );
  const [t4g, g6] = InstanceTypes;
  expect(g6).toMatchObject({
    InstanceType: 'g6.xlarge',
    GpuInfo: { Gpus: [{ Name: 'L4', Manufacturer: 'NVIDIA', Count: 1, MemoryInfo: { SizeInMiB: 24_576 } }] },
    SupportedUsageClasses: ['on-demand', 'spot'],
    VCpuInfo: { DefaultVCpus: 4 },
  });
  expect(t4g).toMatchObject({
    ProcessorInfo: { SupportedArchitectures: ['arm64'] },
    MemoryInfo: { SizeInMiB: 16_384 },
  });
  expect(t4g?.GpuInfo).toBeUndefined();
});

test('the network has two VPCs', async () => {
  const { Vpcs = [] } = await ec2.send(
    new DescribeVpcsCommand({ Filters: [{ Name: 'is-default', Values: ['true'] }] }),
  );
  expect(Vpcs.map(({ VpcId }) => VpcId)).toEqual([seed.VPC]);
  const { Subnets = [] } = await ec2.send(
    new DescribeSubnetsCommand({ Filters: [{ Name: 'vpc-id', Values: [seed.VPC] }] }),
  );
  expect(Subnets.map((subnet) => [subnet.SubnetId, subnet.AvailabilityZone, subnet.DefaultForAz])).toEqual([
    [seed.SUBNET_A, 'us-east-1a', true],
    [seed.SUBNET_B, 'us-east-1b', true],
    [seed.SUBNET_C, 'us-east-1c', true],
  ]);
  const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [seed.OTHER_GROUP] }));
  expect(SecurityGroups[0]).toMatchObject({ GroupId: seed.OTHER_GROUP, VpcId: seed.OTHER_VPC, GroupName: 'default' });
  const { AvailabilityZones = [] } = await ec2.send(new DescribeAvailabilityZonesCommand({}));
  expect(AvailabilityZones.map(({ ZoneName, ZoneId }) => [ZoneName, ZoneId])).toContainEqual([
    'us-east-1b',
    'use1-az2',
  ]);
  const { Regions } = await ec2.send(new DescribeRegionsCommand({ RegionNames: ['us-east-1'] }));
  expect(Regions).toMatchObject([{ RegionName: 'us-east-1', Endpoint: 'ec2.us-east-1.amazonaws.com' }]);
});

test('parameters name the images of this suite', async () => {
  const { Parameter } = await aws.ssm.send(new GetParameterCommand({ Name: '/ci-actions/ami/amd64' }));
  expect(Parameter).toMatchObject({
    Value: seed.OUR_AMD64_IMAGE,
    DataType: 'text',
    LastModifiedDate: expect.any(Date),
  });
});
