import {
  CreateKeyPairCommand,
  CreateTagsCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  EC2Client,
  RegisterImageCommand,
} from '@aws-sdk/client-ec2';
import { SSMClient } from '@aws-sdk/client-ssm';
import { MOTO_API_DIFFERENCES } from '../contract/ec2-api.differences.js';
import { describeEc2Api } from '../contract/ec2-api.suite.js';
import type { Ec2ApiWorld, ImageSettings } from '../contract/ec2-api.world.js';
import { useMoto } from './moto.js';

/** One of moto's built-in images. Its root volume has 15 GiB. */
const UBUNTU = { id: 'ami-785db401', rootVolumeGiB: 15 };
const KEY = 'octo-key';

const reset = useMoto();

describeEc2Api('moto', createWorld, MOTO_API_DIFFERENCES);

async function createWorld(): Promise<Ec2ApiWorld> {
  await reset();
  const [ec2, ssm] = [new EC2Client({ maxAttempts: 1 }), new SSMClient({ maxAttempts: 1 })];
  const [{ Subnets = [] }, { SecurityGroups = [] }] = await Promise.all([
    ec2.send(new DescribeSubnetsCommand({ Filters: [{ Name: 'default-for-az', Values: ['true'] }] })),
    ec2.send(new DescribeSecurityGroupsCommand({})),
    ec2.send(new CreateKeyPairCommand({ KeyName: KEY })),
  ]);
  const sorted = Subnets.toSorted((a, b) => (a.AvailabilityZone ?? '').localeCompare(b.AvailabilityZone ?? ''));
  const [first = '', second = ''] = sorted.map(({ SubnetId }) => SubnetId);
  const [zone = '', otherZone = ''] = sorted.map(({ AvailabilityZone }) => AvailabilityZone);
  return {
    ec2,
    ssm,
    url: process.env['AWS_ENDPOINT_URL'] ?? '',
    catalog: {
      image: UBUNTU,
      subnets: [first, second],
      zones: [zone, otherZone],
      vpc: Subnets[0]?.VpcId ?? '',
      group: SecurityGroups[0]?.GroupId ?? '',
      otherGroup: 'none', // Only the strict contract needs a second group.
      keyName: KEY,
    },
    makeImage: (settings) => makeImage(ec2, settings),
    close() {
      ec2.destroy();
      ssm.destroy();
    },
  };
}

async function makeImage(ec2: EC2Client, settings: ImageSettings): Promise<string> {
  const { name, architecture = 'x86_64', bootMode, enaSupport, tpmSupport, tags = {} } = settings;
  const input = { Name: name, Architecture: architecture, RootDeviceName: '/dev/sda1' };
  const optional = { BootMode: bootMode, EnaSupport: enaSupport, TpmSupport: tpmSupport };
  const BlockDeviceMappings = [{ DeviceName: '/dev/sda1', Ebs: { VolumeSize: 8 } }];
  const { ImageId = '' } = await ec2.send(new RegisterImageCommand({ ...input, ...optional, BlockDeviceMappings }));
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  if (Tags.length > 0) await ec2.send(new CreateTagsCommand({ Resources: [ImageId], Tags }));
  return ImageId;
}
