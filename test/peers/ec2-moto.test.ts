import {
  CreateVolumeCommand,
  DescribeInstanceAttributeCommand,
  DescribeNetworkInterfacesCommand,
  EC2Client,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  ModifyInstanceAttributeCommand,
  RegisterImageCommand,
  RequestSpotInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { connectEc2 } from '../../src/ec2/connect.js';
import { fastClock, wallClock } from '../contract/aws-environment.js';
import { MOTO_DIFFERENCES } from '../contract/ec2.differences.js';
import { describeEc2 } from '../contract/ec2.suite.js';
import type { Ec2World } from '../contract/ec2.world.js';
import { useMoto } from './moto.js';

/** One of moto's built-in images. */
const UBUNTU = {
  id: 'ami-785db401',
  name: 'ubuntu/images/hvm-ssd/ubuntu-xenial-16.04-amd64-server-20170721',
  rootDeviceName: '/dev/sda1',
  rootVolumeGiB: 15,
};
const PARAMETER = { name: '/ci-actions/ami/amd64', value: UBUNTU.id };

const reset = useMoto();

describeEc2('real adapter on moto', createWorld, MOTO_DIFFERENCES);

async function createWorld(): Promise<Ec2World> {
  await reset();
  const raw = new EC2Client({});
  const ssm = new SSMClient({});
  const [{ Subnets = [] }, { SecurityGroups = [] }] = await Promise.all([
    raw.send(new DescribeSubnetsCommand({ Filters: [{ Name: 'default-for-az', Values: ['true'] }] })),
    raw.send(new DescribeSecurityGroupsCommand({})),
    ssm.send(new PutParameterCommand({ Name: PARAMETER.name, Value: PARAMETER.value, Type: 'String' })),
  ]);
  const [first, second] = Subnets.map(({ SubnetId = '' }) => SubnetId);
  return {
    ec2: await connectEc2({ clock: fastClock }),
    clock: wallClock,
    catalog: {
      image: UBUNTU,
      foreignImageName: UBUNTU.name,
      subnets: [first ?? '', second ?? ''],
      group: SecurityGroups[0]?.GroupId ?? '',
      vpc: Subnets[0]?.VpcId ?? '',
      parameter: PARAMETER,
    },
    publishImages: () => publishImages(raw),
    exhaust: () => undefined,
    switchOff: (id) => switchOff(raw, id),
    async protect(InstanceId) {
      await raw.send(new ModifyInstanceAttributeCommand({ InstanceId, DisableApiTermination: { Value: true } }));
    },
    async readUserData(id) {
      const { UserData } = await raw.send(
        new DescribeInstanceAttributeCommand({ InstanceId: id, Attribute: 'userData' }),
      );
      return Buffer.from(UserData?.Value ?? '', 'base64').toString();
    },
    async readInterfaceTags(id) {
      const Filters = [{ Name: 'attachment.instance-id', Values: [id] }];
      const { NetworkInterfaces = [] } = await raw.send(new DescribeNetworkInterfacesCommand({ Filters }));
      const tags = NetworkInterfaces[0]?.TagSet ?? [];
      return Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]));
    },
    async abandonVolume(tags) {
      const TagSpecifications = [{ ResourceType: 'volume' as const, Tags: listTags(tags) }];
      const volume = { AvailabilityZone: 'us-east-1a', Size: 8, VolumeType: 'gp3' as const, TagSpecifications };
      return (await raw.send(new CreateVolumeCommand(volume))).VolumeId ?? '';
    },
    async openSpotRequest(tags) {
      const TagSpecifications = [{ ResourceType: 'spot-instances-request' as const, Tags: listTags(tags) }];
      const LaunchSpecification = { ImageId: UBUNTU.id, InstanceType: 't3.nano' as const };
      const answer = await raw.send(new RequestSpotInstancesCommand({ LaunchSpecification, TagSpecifications }));
      return answer.SpotInstanceRequests?.[0]?.SpotInstanceRequestId ?? '';
    },
    close() {
      raw.destroy();
      ssm.destroy();
    },
  };
}

/** moto's instances have no machine that could power off. This requests the instance's shutdown behavior instead. */
async function switchOff(raw: EC2Client, id: string): Promise<void> {
  const query = { InstanceId: id, Attribute: 'instanceInitiatedShutdownBehavior' } as const;
  const { InstanceInitiatedShutdownBehavior } = await raw.send(new DescribeInstanceAttributeCommand(query));
  const terminates = InstanceInitiatedShutdownBehavior?.Value === 'terminate';
  await (terminates
    ? raw.send(new TerminateInstancesCommand({ InstanceIds: [id] }))
    : raw.send(new StopInstancesCommand({ InstanceIds: [id] })));
}

/** Registers the images in different seconds, because moto's creation dates have whole seconds. */
async function publishImages(raw: EC2Client): Promise<{ pattern: string; newest: string }> {
  await raw.send(new RegisterImageCommand({ Name: 'ci-actions-amd64-1', RootDeviceName: '/dev/sda1' }));
  const second = Math.floor(Date.now() / 1_000);
  while (Math.floor(Date.now() / 1_000) === second) await wallClock.sleep(20);
  const answer = await raw.send(new RegisterImageCommand({ Name: 'ci-actions-amd64-2', RootDeviceName: '/dev/sda1' }));
  return { pattern: 'ci-actions-amd64-*', newest: answer.ImageId ?? '' };
}

function listTags(tags: Readonly<Record<string, string>>): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
