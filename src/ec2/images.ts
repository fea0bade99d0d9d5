import {
  CopyImageCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  DescribeSnapshotsCommand,
  EnableImageDeprecationCommand,
  type Image as AwsImage,
} from '@aws-sdk/client-ec2';
import type { ImageCopy, ImageEc2, LeftSnapshot, OwnImage, OwnSnapshot } from '../core/images/ports.js';
import type { TagFilter } from '../core/ports/ec2.js';
import { readImage, toImage } from './catalog.js';
import { IncompleteResponse } from './errors.js';
import { codeBehind } from './failures.js';
import { readPages, readTags, toTagFilters, toTags } from './paging.js';
import { deleteSnapshot } from './reaper.js';
import type { Requests } from './requests.js';

type Images = Omit<
  ImageEc2,
  | 'region'
  | 'listRegions'
  | 'readParameters'
  | 'resolveParameter'
  | 'writeParameter'
  | 'findInstancesOf'
  | 'listTemplateVersions'
>;

/** The largest page of both listings. Source: EC2 API reference. */
const PAGE = 1_000;
/** The last moment of a JavaScript date. An item of unknown age counts as new, so that it is left alone. */
const LATEST = 8.64e15;

/** The images of this account and their snapshots. */
export function createImages(requests: Requests): Images {
  return {
    async findImage(id) {
      const image = await readImage(requests, id);
      return image && toOwnImage(image);
    },
    listImages: () => listImages(requests),
    listSnapshots: (tags) => listSnapshots(requests, tags),
    copyImage: (copy) => copyImage(requests.for('register'), copy),
    async deprecateImage(id, from) {
      const command = new EnableImageDeprecationCommand({ ImageId: id, DeprecateAt: new Date(from) });
      await requests.ask('ec2:EnableImageDeprecation', () => requests.client.send(command), {
        purpose: 'register',
      });
    },
    deregisterImage: (id) => deregisterImage(requests.for('end'), id),
    deleteSnapshot: (id) => deleteSnapshot(requests.for('end'), id),
  };
}

async function listImages(requests: Requests): Promise<OwnImage[]> {
  const images = await readPages(requests, 'ec2:DescribeImages', async (NextToken) => {
    // EC2 lists deprecated images to their owner anyway, but disabled ones only with IncludeDisabled.
    const command = new DescribeImagesCommand({
      Owners: ['self'],
      IncludeDisabled: true,
      MaxResults: PAGE,
      ...NextToken,
    });
    const page = await requests.client.send(command);
    return { items: page.Images, next: page.NextToken };
  });
  return images.map(toOwnImage);
}

async function listSnapshots(requests: Requests, tags: TagFilter): Promise<OwnSnapshot[]> {
  const Filters = toTagFilters(tags);
  const snapshots = await readPages(requests, 'ec2:DescribeSnapshots', async (NextToken) => {
    const command = new DescribeSnapshotsCommand({ OwnerIds: ['self'], Filters, MaxResults: PAGE, ...NextToken });
    const page = await requests.client.send(command);
    return { items: page.Snapshots, next: page.NextToken };
  });
  return snapshots.map(({ SnapshotId = '', State = 'pending', StartTime, Tags }) => ({
    id: SnapshotId,
    state: State,
    createdAt: StartTime?.getTime() ?? LATEST,
    tags: readTags(Tags),
  }));
}

async function copyImage(requests: Requests, copy: ImageCopy): Promise<{ id: string } | 'name-taken'> {
  const command = new CopyImageCommand({
    SourceRegion: copy.from.region,
    SourceImageId: copy.from.id,
    Name: copy.name,
    ClientToken: copy.clientToken,
    CopyImageTags: true,
    TagSpecifications: [{ ResourceType: 'snapshot', Tags: toTags(copy.snapshotTags) }],
  });
  try {
    return await requests.ask('ec2:CopyImage', async () => {
      const { ImageId } = await requests.client.send(command);
      if (!ImageId) throw new IncompleteResponse('the response names no image');
      return { id: ImageId };
    });
  } catch (error) {
    if (codeBehind(error) === 'InvalidAMIName.Duplicate') return 'name-taken';
    throw error;
  }
}

async function deregisterImage(
  requests: Requests,
  id: string,
): Promise<'absent' | { readonly left: readonly LeftSnapshot[] }> {
  try {
    const command = new DeregisterImageCommand({ ImageId: id, DeleteAssociatedSnapshots: true });
    const { DeleteSnapshotResults = [] } = await requests.ask('ec2:DeregisterImage', () =>
      requests.client.send(command),
    );
    const left = DeleteSnapshotResults.filter(({ ReturnCode }) => ReturnCode !== 'success');
    return { left: left.map(({ SnapshotId = '', ReturnCode = 'no reason' }) => ({ id: SnapshotId, why: ReturnCode })) };
  } catch (error) {
    // `Unavailable` means that the image was deregistered a moment ago.
    if (/^InvalidAMIID\.(NotFound|Unavailable)$/.test(codeBehind(error))) return 'absent';
    throw error;
  }
}

function toOwnImage(image: AwsImage): OwnImage {
  const deprecatedFrom = Date.parse(image.DeprecationTime ?? '');
  return {
    ...toImage(image),
    createdAt: Date.parse(image.CreationDate ?? '') || LATEST,
    snapshotIds: image.BlockDeviceMappings?.flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []) ?? [],
    ...(image.StateReason?.Message && { stateReason: image.StateReason.Message }),
    ...(!Number.isNaN(deprecatedFrom) && { deprecatedFrom }),
  };
}
