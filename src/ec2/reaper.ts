import {
  CancelSpotInstanceRequestsCommand,
  DeleteSnapshotCommand,
  DeleteVolumeCommand,
  DescribeSnapshotsCommand,
  DescribeSpotInstanceRequestsCommand,
  DescribeVolumesCommand,
  type Filter,
  type SpotInstanceRequest as AwsSpotRequest,
  type Volume as AwsVolume,
} from '@aws-sdk/client-ec2';
import type { ReaperEc2, Snapshot, SpotRequest, TagFilter, Volume } from '../core/ports/ec2.js';
import { IncompleteResponse } from './errors.js';
import { codeBehind } from './failures.js';
import { readPages, readTags, toTagFilters } from './paging.js';
import type { Requests } from './requests.js';

export type Leftovers = Omit<ReaperEc2, 'region' | 'findInstances' | 'terminate'>;

/** The largest page of these listings. Source: EC2 API reference. */
const PAGE = 1_000;

/** Volumes that instances leave, snapshots, and spot requests that may still launch an instance. */
export function createLeftovers(requests: Requests): Leftovers {
  const ending = requests.for('end');
  return {
    findVolumes: (tags) => findVolumes(requests, tags),
    deleteVolume: (id) => deleteVolume(ending, id),
    findSnapshots: (tags) => findSnapshots(requests, tags),
    deleteSnapshot: (id) => deleteSnapshot(ending, id),
    findSpotRequests: (tags) => findSpotRequests(requests, tags),
    cancelSpotRequest: (id) => cancelSpotRequest(ending, id),
  };
}

async function findVolumes(requests: Requests, tags: TagFilter): Promise<Volume[]> {
  return (await listVolumes(requests, toTagFilters(tags))).map(toVolume);
}

/** Volumes in any state, on all pages. */
export async function listVolumes(requests: Requests, Filters: Filter[]): Promise<AwsVolume[]> {
  return readPages(requests, 'ec2:DescribeVolumes', async (NextToken) => {
    const page = await requests.client.send(new DescribeVolumesCommand({ Filters, MaxResults: PAGE, ...NextToken }));
    return { items: page.Volumes, next: page.NextToken };
  });
}

async function deleteVolume(requests: Requests, id: string): Promise<'deleted' | 'absent' | 'in-use'> {
  try {
    await requests.ask('ec2:DeleteVolume', () => requests.client.send(new DeleteVolumeCommand({ VolumeId: id })));
    return 'deleted';
  } catch (error) {
    const code = codeBehind(error);
    if (code === 'InvalidVolume.NotFound') return 'absent';
    if (code === 'VolumeInUse') return 'in-use';
    throw error;
  }
}

async function findSnapshots(requests: Requests, tags: TagFilter): Promise<Snapshot[]> {
  const Filters = toTagFilters(tags);
  const snapshots = await readPages(requests, 'ec2:DescribeSnapshots', async (NextToken) => {
    const command = new DescribeSnapshotsCommand({ OwnerIds: ['self'], Filters, MaxResults: PAGE, ...NextToken });
    const page = await requests.client.send(command);
    return { items: page.Snapshots, next: page.NextToken };
  });
  return snapshots.map((snapshot) => ({
    id: snapshot.SnapshotId ?? '',
    state: snapshot.State ?? '',
    createdAt: timeOf(snapshot.StartTime),
    sizeGiB: snapshot.VolumeSize ?? 0,
    tags: readTags(snapshot.Tags),
  }));
}

/** Deletes a snapshot. An image that needs it is a reason to keep it. */
export async function deleteSnapshot(requests: Requests, id: string): Promise<'deleted' | 'absent' | 'in-use'> {
  try {
    await requests.ask('ec2:DeleteSnapshot', () => requests.client.send(new DeleteSnapshotCommand({ SnapshotId: id })));
    return 'deleted';
  } catch (error) {
    const code = codeBehind(error);
    if (code === 'InvalidSnapshot.NotFound') return 'absent';
    if (code === 'InvalidSnapshot.InUse') return 'in-use';
    throw error;
  }
}

async function findSpotRequests(requests: Requests, tags: TagFilter): Promise<SpotRequest[]> {
  const Filters = toTagFilters(tags);
  const found = await readPages(requests, 'ec2:DescribeSpotInstanceRequests', async (NextToken) => {
    const page = await requests.client.send(
      new DescribeSpotInstanceRequestsCommand({ Filters, MaxResults: PAGE, ...NextToken }),
    );
    return { items: page.SpotInstanceRequests, next: page.NextToken };
  });
  return found.map(toSpotRequest);
}

async function cancelSpotRequest(requests: Requests, id: string): Promise<void> {
  try {
    await requests.ask('ec2:CancelSpotInstanceRequests', async () => {
      const command = new CancelSpotInstanceRequestsCommand({ SpotInstanceRequestIds: [id] });
      const { CancelledSpotInstanceRequests } = await requests.client.send(command);
      if (!CancelledSpotInstanceRequests) throw new IncompleteResponse('the response names no request');
    });
  } catch (error) {
    if (codeBehind(error) !== 'InvalidSpotInstanceRequestID.NotFound') throw error;
  }
}

export function toVolume(volume: AwsVolume): Volume {
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

/** A resource of unknown age counts as new, so that the reaper leaves it alone. */
function timeOf(date: Date | undefined): number {
  return date?.getTime() ?? Number.POSITIVE_INFINITY;
}
