import type { Params } from '../query/params.js';
import { applyFilters, cutPage, type FilterFields } from '../query/select.js';
import type { XmlValue } from '../query/xml.js';
import { removeVolume } from '../rules/volumes.js';
import { Ec2Error } from '../world/errors.js';
import type { VolumeRecord } from '../world/volume-records.js';
import type { Ec2World } from '../world/world.js';
import { findVolume, findVolumes, listVolumes, statusOf } from './find-volumes.js';
import { renderTags } from './tags.js';

type Answer = { [element: string]: XmlValue };

export function deleteVolume(world: Ec2World, params: Params): Answer {
  const volume = findVolume(world, params.require('VolumeId'));
  if (volume.attachment) {
    throw new Ec2Error('VolumeInUse', `Volume ${volume.id} is currently attached to ${volume.attachment.instanceId}`);
  }
  if (statusOf(volume) === 'creating') {
    throw new Ec2Error('IncorrectState', `Volume '${volume.id}' is in the 'creating' state.`);
  }
  removeVolume(world, volume);
  return { return: true };
}

const FILTERS: FilterFields<VolumeRecord> = {
  'volume-id': (volume) => volume.id,
  'volume-type': (volume) => volume.type,
  'snapshot-id': (volume) => volume.snapshotId,
  'availability-zone': (volume) => volume.zone,
  status: (volume) => statusOf(volume),
  size: (volume) => `${volume.sizeGiB}`,
  encrypted: (volume) => `${volume.encrypted}`,
  'attachment.instance-id': (volume) => volume.attachment?.instanceId,
  'attachment.device': (volume) => volume.attachment?.device,
  'attachment.status': ({ attachment }) => attachment && (attachment.state ?? 'attached'),
  'attachment.delete-on-termination': (volume) => volume.attachment && `${volume.attachment.deleteOnTermination}`,
};

export function describeVolumes(world: Ec2World, params: Params): Answer {
  const ids = params.list('VolumeId');
  const requested = ids.length > 0 ? findVolumes(world, ids) : listVolumes(world);
  const page = cutPage(applyFilters(requested, params, FILTERS), params, { min: 5, max: 1000 });
  return { volumeSet: page.items.map(renderVolume), nextToken: page.nextToken };
}

/** As CreateVolume answers: without attachments. */
export function renderNewVolume(volume: VolumeRecord): Answer {
  const { attachmentSet: _none, ...rest } = renderVolume(volume);
  return rest;
}

/** As AttachVolume and DetachVolume answer. */
export function renderAttachment({ id, attachment, createdAt }: VolumeRecord): Answer {
  return {
    volumeId: id,
    instanceId: attachment?.instanceId,
    device: attachment?.device,
    status: attachment?.state ?? 'attached',
    attachTime: new Date(attachment?.attachedAt ?? createdAt),
    deleteOnTermination: attachment?.deleteOnTermination,
  };
}

function renderVolume(volume: VolumeRecord): Answer {
  return {
    volumeId: volume.id,
    size: volume.sizeGiB,
    snapshotId: volume.snapshotId ?? '',
    availabilityZone: volume.zone,
    status: statusOf(volume),
    createTime: new Date(volume.createdAt),
    attachmentSet: volume.attachment ? [renderAttachment(volume)] : [],
    tagSet: renderTags(volume.tags),
    volumeType: volume.type,
    iops: volume.iops,
    throughput: volume.throughput,
    volumeInitializationRate: volume.initializationRate,
    encrypted: volume.encrypted,
    kmsKeyId: volume.kmsKeyId,
    multiAttachEnabled: false,
  };
}
