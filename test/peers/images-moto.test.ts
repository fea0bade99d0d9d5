import {
  CreateImageCommand,
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  CreateSnapshotCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DescribeImagesCommand,
  EC2Client,
  RunInstancesCommand,
  TerminateInstancesCommand,
  type Tag,
} from '@aws-sdk/client-ec2';
import { connectImages } from '../../src/ec2/connect-images.js';
import { fastClock, wallClock } from '../contract/aws-environment.js';
import { MOTO_IMAGES_DIFFERENCES } from '../contract/images.differences.js';
import { describeImages } from '../contract/images.suite.js';
import type { ImagesWorld } from '../contract/images.world.js';
import { useMoto } from './moto.js';

/** One of moto's built-in images. */
const UBUNTU = 'ami-785db401';

const reset = useMoto();

describeImages('real adapter on moto', createWorld, MOTO_IMAGES_DIFFERENCES);

async function createWorld(): Promise<ImagesWorld> {
  await reset();
  const raw = new EC2Client({});
  return {
    ec2: await connectImages({ clock: fastClock }),
    away: await connectImages({ clock: fastClock, region: 'eu-west-1' }),
    clock: wallClock,
    foreignImage: UBUNTU,
    makeImage: (name, tags = {}) => makeImage(raw, name, list(tags)),
    async launch(ImageId) {
      const { Instances } = await raw.send(new RunInstancesCommand({ ImageId, MinCount: 1, MaxCount: 1 }));
      const id = Instances?.[0]?.InstanceId ?? '';
      return { id, end: async () => void (await raw.send(new TerminateInstancesCommand({ InstanceIds: [id] }))) };
    },
    makeTemplate: (name, images) => makeTemplate(raw, name, images),
    async abandonSnapshot(tags) {
      const { VolumeId } = await raw.send(new CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 8 }));
      const TagSpecifications = [{ ResourceType: 'snapshot' as const, Tags: list(tags) }];
      return (await raw.send(new CreateSnapshotCommand({ VolumeId, TagSpecifications }))).SnapshotId ?? '';
    },
    close: () => raw.destroy(),
  };
}

/** Creates an image from an instance, as a build does. In moto, an image from RegisterImage has no architecture. */
async function makeImage(raw: EC2Client, Name: string, Tags: Tag[]): Promise<string> {
  const { Instances } = await raw.send(new RunInstancesCommand({ ImageId: UBUNTU, MinCount: 1, MaxCount: 1 }));
  const InstanceId = Instances?.[0]?.InstanceId ?? '';
  const { ImageId = '' } = await raw.send(new CreateImageCommand({ InstanceId, Name }));
  await raw.send(new TerminateInstancesCommand({ InstanceIds: [InstanceId] }));
  const { Images } = await raw.send(new DescribeImagesCommand({ ImageIds: [ImageId] }));
  const snapshots = Images?.[0]?.BlockDeviceMappings?.flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []) ?? [];
  if (Tags.length > 0) await raw.send(new CreateTagsCommand({ Resources: [ImageId, ...snapshots], Tags }));
  return ImageId;
}

async function makeTemplate(raw: EC2Client, LaunchTemplateName: string, images: readonly string[]): Promise<void> {
  const [first, ...others] = images.map((ImageId) => ({ ImageId }));
  await raw.send(new CreateLaunchTemplateCommand({ LaunchTemplateName, LaunchTemplateData: first }));
  for (const LaunchTemplateData of others) {
    await raw.send(new CreateLaunchTemplateVersionCommand({ LaunchTemplateName, LaunchTemplateData }));
  }
}

function list(tags: Readonly<Record<string, string>>): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
