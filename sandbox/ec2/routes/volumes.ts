import type { Params } from '../query/params.js';
import { applyFilters, cutPage, type FilterFields } from '../query/select.js';
import type { XmlValue } from '../query/xml.js';
import { Ec2Error, findAll } from '../world/errors.js';
import type { VolumeRecord } from '../world/records.js';
import type { Ec2World } from '../world/world.js';
import { renderTags } from './tags.js';

const KIND = { prefix: 'vol-', code: 'InvalidVolume', noun: 'volume' };

export function deleteVolume(world: Ec2World, params: Params): { [element: string]: XmlValue } {
  const id = params.require('VolumeId');
  const [volume] = findAll([id], (candidate) => world.volumes.get(candidate), KIND);
  if (volume?.attachment) {
    throw new Ec2Error('VolumeInUse', `Volume ${id} is currently attached to ${volume.attachment.instanceId}`);
  }
  world.volumes.delete(id);
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
  'attachment.delete-on-termination': (volume) => volume.attachment && `${volume.attachment.deleteOnTermination}`,
};

export function describeVolumes(world: Ec2World, params: Params): { [element: string]: XmlValue } {
  const ids = params.list('VolumeId');
  const requested = ids.length > 0 ? findAll(ids, (id) => world.volumes.get(id), KIND) : [...world.volumes.values()];
  const page = cutPage(applyFilters(requested, params, FILTERS), params, { min: 5, max: 1000 });
  return { volumeSet: page.items.map(renderVolume), nextToken: page.nextToken };
}

function statusOf(volume: VolumeRecord): string {
  return volume.attachment ? 'in-use' : 'available';
}

function renderVolume(volume: VolumeRecord): XmlValue {
  const { attachment } = volume;
  return {
    volumeId: volume.id,
    size: volume.sizeGiB,
    snapshotId: volume.snapshotId ?? '',
    availabilityZone: volume.zone,
    status: statusOf(volume),
    createTime: new Date(volume.createdAt),
    attachmentSet: attachment
      ? [
          {
            volumeId: volume.id,
            instanceId: attachment.instanceId,
            device: attachment.device,
            status: 'attached',
            attachTime: new Date(volume.createdAt),
            deleteOnTermination: attachment.deleteOnTermination,
          },
        ]
      : [],
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
