import {
  CancelSpotInstanceRequestsCommand,
  DeleteVolumeCommand,
  DescribeSpotInstanceRequestsCommand,
  DescribeVolumesCommand,
  type EC2Client,
  type SpotInstanceRequest as AwsSpotRequest,
  type Volume as AwsVolume,
} from '@aws-sdk/client-ec2';
import type { ReaperEc2, SpotRequest, TagFilter, Volume } from '../core/ports.js';
import { GarbledAnswer } from './errors.js';
import { ask, codeBehind } from './failures.js';
import { readPages, readTags, toTagFilters } from './paging.js';

type Leftovers = Omit<ReaperEc2, 'region' | 'findInstances' | 'terminate'>;

/** The largest page of both listings. Source: EC2 API reference. */
const PAGE = 1_000;

/** What an instance can leave behind, or what could still become one. */
export function createLeftovers(client: EC2Client): Leftovers {
  return {
    findVolumes: (tags) => findVolumes(client, tags),
    deleteVolume: (id) => deleteVolume(client, id),
    findSpotRequests: (tags) => findSpotRequests(client, tags),
    cancelSpotRequest: (id) => cancelSpotRequest(client, id),
  };
}

async function findVolumes(client: EC2Client, tags: TagFilter): Promise<Volume[]> {
  const Filters = toTagFilters(tags);
  const volumes = await readPages('ec2:DescribeVolumes', async (NextToken) => {
    const page = await client.send(new DescribeVolumesCommand({ Filters, MaxResults: PAGE, ...NextToken }));
    return { items: page.Volumes, next: page.NextToken };
  });
  return volumes.map(toVolume);
}

async function deleteVolume(client: EC2Client, id: string): Promise<'deleted' | 'absent' | 'in-use'> {
  try {
    await ask('ec2:DeleteVolume', () => client.send(new DeleteVolumeCommand({ VolumeId: id })));
    return 'deleted';
  } catch (error) {
    const code = codeBehind(error);
    if (code === 'InvalidVolume.NotFound') return 'absent';
    if (code === 'VolumeInUse') return 'in-use';
    throw error;
  }
}

async function findSpotRequests(client: EC2Client, tags: TagFilter): Promise<SpotRequest[]> {
  const Filters = toTagFilters(tags);
  const requests = await readPages('ec2:DescribeSpotInstanceRequests', async (NextToken) => {
    const page = await client.send(
      new DescribeSpotInstanceRequestsCommand({ Filters, MaxResults: PAGE, ...NextToken }),
    );
    return { items: page.SpotInstanceRequests, next: page.NextToken };
  });
  return requests.map(toSpotRequest);
}

async function cancelSpotRequest(client: EC2Client, id: string): Promise<void> {
  try {
    await ask('ec2:CancelSpotInstanceRequests', async () => {
      const command = new CancelSpotInstanceRequestsCommand({ SpotInstanceRequestIds: [id] });
      const { CancelledSpotInstanceRequests } = await client.send(command);
      if (!CancelledSpotInstanceRequests) throw new GarbledAnswer('the answer names no request');
    });
  } catch (error) {
    if (codeBehind(error) !== 'InvalidSpotInstanceRequestID.NotFound') throw error;
  }
}

function toVolume(volume: AwsVolume): Volume {
  return {
    id: volume.VolumeId ?? '',
    state: volume.State ?? '',
    type: volume.VolumeType ?? '',
    createdAt: timeOf(volume.CreateTime),
    sizeGiB: volume.Size ?? 0,
    tags: readTags(volume.Tags),
  };
}

function toSpotRequest(request: AwsSpotRequest): SpotRequest {
  return {
    id: request.SpotInstanceRequestId ?? '',
    state: request.State ?? '',
    createdAt: timeOf(request.CreateTime),
    ...(request.InstanceId && { instanceId: request.InstanceId }),
    tags: readTags(request.Tags),
  };
}

/** A thing of unknown age is taken for new, so that a reaper leaves it alone. */
function timeOf(date: Date | undefined): number {
  return date?.getTime() ?? Number.POSITIVE_INFINITY;
}
