import {
  AttachVolumeCommand,
  CreateSnapshotCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DescribeSnapshotsCommand,
  DetachVolumeCommand,
  type Filter,
  type Snapshot,
  type TagSpecification,
  type Volume as AwsVolume,
  type VolumeType,
} from '@aws-sdk/client-ec2';
import type { AttachOutcome, DataVolume, DataVolumeSpec, VolumesEc2 } from '../core/ports/volumes.js';
import { findSubnets } from './catalog.js';
import { IncompleteResponse } from './errors.js';
import { codeBehind } from './failures.js';
import { toTagFilters, toTags } from './paging.js';
import { createLeftovers, listVolumes, toVolume } from './reaper.js';
import type { Requests } from './requests.js';

/** The largest page of DescribeVolumes. Source: EC2 API reference. */
const PAGE = 1_000;
/** EC2's codes for an instance that is not running, or that it does not list yet. */
const NOT_READY = /^(IncorrectState|IncorrectInstanceState|InvalidInstanceID\.NotFound)$/;

/** Volumes that outlive instances, and their snapshots. */
export function createVolumes(requests: Requests, region: string): VolumesEc2 {
  const { deleteVolume, findSnapshots, deleteSnapshot } = createLeftovers(requests);
  return {
    region,
    deleteVolume,
    findSnapshots,
    deleteSnapshot,
    async describeVolume(id, purpose) {
      // By filter, because in a request by id, an unknown id is an error.
      const [volume] = await describe(requests.for(purpose), [{ Name: 'volume-id', Values: [id] }]);
      return volume;
    },
    findDataVolumes: (tags) => describe(requests, toTagFilters(tags)),
    findDefaultSubnets: () => findSubnets(requests, [{ Name: 'default-for-az', Values: ['true'] }]),
    createVolume: (spec) => createVolume(requests, spec),
    attachVolume: (id, instanceId, device) => attachVolume(requests, { id, instanceId, device }),
    detachVolume: (id, instanceId, force) => detachVolume(requests, { id, instanceId, isForced: force === 'force' }),
    createSnapshot: (volumeId, tags) => createSnapshot(requests, volumeId, tags),
    tagResource: (id, tags) => tagResource(requests, id, tags),
  };
}

async function describe(requests: Requests, filters: Filter[]): Promise<DataVolume[]> {
  return (await listVolumes(requests, filters)).map(toDataVolume);
}

function toDataVolume(volume: AwsVolume): DataVolume {
  const attachments = volume.Attachments ?? [];
  return {
    ...toVolume(volume),
    availabilityZone: volume.AvailabilityZone ?? '',
    isEncrypted: volume.Encrypted === true,
    attachments: attachments
      .filter(({ State }) => State !== 'detached')
      .map(({ InstanceId = '', State = '' }) => ({ instanceId: InstanceId, state: State })),
  };
}

function createVolume(requests: Requests, spec: DataVolumeSpec): Promise<DataVolume> {
  const command = new CreateVolumeCommand({
    AvailabilityZone: spec.availabilityZone,
    VolumeType: spec.type as VolumeType,
    Encrypted: true,
    ClientToken: spec.clientToken,
    TagSpecifications: specify('volume', spec.tags),
    ...(spec.sizeGiB !== undefined && { Size: spec.sizeGiB }),
    ...(spec.iops !== undefined && { Iops: spec.iops }),
    ...(spec.throughputMiBps !== undefined && { Throughput: spec.throughputMiBps }),
    ...(spec.kmsKeyId !== undefined && { KmsKeyId: spec.kmsKeyId }),
    ...(spec.snapshotId !== undefined && { SnapshotId: spec.snapshotId }),
  });
  const send = async () => {
    const volume = await requests.client.send(command);
    if (!volume.VolumeId) throw new IncompleteResponse('the response names no volume');
    return toDataVolume(volume);
  };
  return requests.ask('ec2:CreateVolume', send, { purpose: 'register' });
}

interface Attachment {
  readonly id: string;
  readonly instanceId: string;
}

async function attachVolume(
  requests: Requests,
  { id, instanceId, device }: Attachment & { readonly device: string },
): Promise<AttachOutcome> {
  const command = new AttachVolumeCommand({ VolumeId: id, InstanceId: instanceId, Device: device });
  try {
    await requests.ask('ec2:AttachVolume', () => requests.client.send(command), { purpose: 'register' });
    return 'attached';
  } catch (error) {
    const code = codeBehind(error);
    if (NOT_READY.test(code)) return 'not-ready';
    if (code === 'VolumeInUse') return 'in-use';
    if (code === 'InvalidVolume.NotFound') return 'absent';
    throw error;
  }
}

async function detachVolume(
  requests: Requests,
  { id, instanceId, isForced }: Attachment & { readonly isForced: boolean },
): Promise<'detaching' | 'free'> {
  const command = new DetachVolumeCommand({ VolumeId: id, InstanceId: instanceId, ...(isForced && { Force: true }) });
  try {
    await requests.ask('ec2:DetachVolume', () => requests.client.send(command), { purpose: 'register' });
    return 'detaching';
  } catch (error) {
    // `IncorrectState`: the volume is available. The other codes: the instance has it no more, or is gone.
    if (/^(IncorrectState|InvalidAttachment\.NotFound|InvalidInstanceID\.NotFound)$/.test(codeBehind(error))) {
      return 'free';
    }
    throw error;
  }
}

async function createSnapshot(
  requests: Requests,
  VolumeId: string,
  tags: Readonly<Record<string, string>>,
): Promise<string> {
  const command = new CreateSnapshotCommand({
    VolumeId,
    Description: 'Data volume of ci-actions',
    TagSpecifications: specify('snapshot', tags),
  });
  let isRepeated = false;
  const send = async () => {
    // EC2 has no client token for snapshots, so one whose answer was lost is looked for before it is taken again.
    const [taken] = isRepeated ? await listSnapshots(requests, tags) : [];
    isRepeated = true;
    const { SnapshotId } = taken ?? (await requests.client.send(command));
    if (!SnapshotId) throw new IncompleteResponse('the response names no snapshot');
    return SnapshotId;
  };
  return requests.ask('ec2:CreateSnapshot', send, { purpose: 'register' });
}

/** One page, because the tags are those of one snapshot. */
async function listSnapshots(requests: Requests, tags: Readonly<Record<string, string>>): Promise<Snapshot[]> {
  const Filters = toTagFilters(tags);
  const command = new DescribeSnapshotsCommand({ OwnerIds: ['self'], Filters, MaxResults: PAGE });
  return (await requests.client.send(command)).Snapshots ?? [];
}

async function tagResource(
  requests: Requests,
  id: string,
  tags: Readonly<Record<string, string>>,
): Promise<'tagged' | 'absent'> {
  const command = new CreateTagsCommand({ Resources: [id], Tags: toTags(tags) });
  try {
    await requests.ask('ec2:CreateTags', () => requests.client.send(command), { purpose: 'register' });
    return 'tagged';
  } catch (error) {
    if (/^Invalid(Volume|Snapshot)\.NotFound$/.test(codeBehind(error))) return 'absent';
    throw error;
  }
}

function specify(ResourceType: 'volume' | 'snapshot', tags: Readonly<Record<string, string>>): TagSpecification[] {
  return [{ ResourceType, Tags: toTags(tags) }];
}
