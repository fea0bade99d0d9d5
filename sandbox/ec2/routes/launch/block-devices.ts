import type { Params } from '../../query/params.js';
import { listImageVolumes, type VolumeRequest } from '../../rules/volumes.js';
import { Ec2Error, refuseUnmodeled } from '../../world/errors.js';
import type { ImageRecord } from '../../world/records.js';
import type { ImageVolume } from '../../world/volume-records.js';
import type { Ec2World } from '../../world/world.js';
import { findUsableSnapshot } from '../find-volumes.js';
import { readEncryption } from './encryption.js';
import { checkSize, readPerformance, SIZES } from './volume-limits.js';

/**
 * The volumes that a launch creates: the image's mappings, each as changed by the request's mapping for its device, and
 * the request's other mappings, which add volumes.
 * Source: EC2 user guide, "Block device mappings for volumes on Amazon EC2 instances".
 */
export function readBlockDevices(params: Params, image: ImageRecord, world: Ec2World): VolumeRequest[] {
  const mappings = new Map(
    params.structures('BlockDeviceMapping').map((entry) => [entry.require('DeviceName'), entry]),
  );
  const ofImage = listImageVolumes(image);
  const devices = new Set([...ofImage.map(({ device }) => device), ...mappings.keys()]);
  return [...devices].flatMap((device) => {
    const mapping = mappings.get(device);
    const isLeftOut = mapping !== undefined && (mapping.isGiven('NoDevice') || mapping.isGiven('VirtualName'));
    if (isLeftOut && device === image.rootDeviceName) throw refuseUnmodeled('an instance without its root volume');
    if (isLeftOut) return [];
    const imageVolume = ofImage.find((one) => one.device === device);
    const isRoot = device === image.rootDeviceName;
    return readVolume(device, mapping?.structure('Ebs'), { ...(imageVolume && { imageVolume }), isRoot, world });
  });
}

const EBS_PARAMETERS = [
  'VolumeSize',
  'VolumeType',
  'Iops',
  'Throughput',
  'VolumeInitializationRate',
  'DeleteOnTermination',
  'Encrypted',
  'SnapshotId',
  'KmsKeyId',
];

interface Place {
  /** The image's mapping for the device. */
  readonly imageVolume?: ImageVolume;
  readonly isRoot: boolean;
  readonly world: Ec2World;
}

/** What a volume has unless the request says otherwise: the image's mapping, or the request's own snapshot. */
type Base = Pick<ImageVolume, 'snapshotId' | 'encrypted'> & Partial<ImageVolume>;

function readVolume(device: string, ebs: Params | undefined, { imageVolume, isRoot, world }: Place): VolumeRequest {
  ebs?.allowOnly(EBS_PARAMETERS);
  const base: Base = imageVolume ?? findSource(world, ebs?.text('SnapshotId'));
  if (ebs?.text('SnapshotId') !== undefined && ebs.text('SnapshotId') !== base.snapshotId) {
    throw refuseUnmodeled("a volume from another snapshot than the image's");
  }
  const type = ebs?.choice('VolumeType', Object.keys(SIZES), base.type ?? 'gp2') ?? base.type ?? 'gp2';
  if (isRoot && /^s[tc]1$/.test(type)) {
    throw new Ec2Error('InvalidParameterValue', `The volume type '${type}' cannot be used for the root device.`);
  }
  const sizeGiB = readSize(ebs, { device, type, base });
  // The image's iops and throughput hold only for the image's volume type.
  const kept = base.type === type ? base : {};
  return {
    device,
    // A volume that the image lacks is kept. Source: EC2 user guide, "Preserve data when an instance is terminated".
    deleteOnTermination: ebs?.flag('DeleteOnTermination') ?? base.deleteOnTermination ?? false,
    ...readEncryption(ebs, base.encrypted ?? false, world.region),
    sizeGiB,
    type,
    ...readPerformance(ebs, { type, sizeGiB, hasSnapshot: base.snapshotId !== undefined, kept }),
    ...(base.snapshotId === undefined ? {} : { snapshotId: base.snapshotId }),
  };
}

function findSource(world: Ec2World, snapshotId: string | undefined): Base {
  if (snapshotId === undefined) return {};
  const { sizeGiB, encrypted = false } = findUsableSnapshot(world, snapshotId);
  return { snapshotId, sizeGiB, encrypted };
}

function readSize(
  ebs: Params | undefined,
  { device, type, base }: { readonly device: string; readonly type: string; readonly base: Base },
): number {
  const sizeGiB = ebs?.integer('VolumeSize') ?? base.sizeGiB;
  if (sizeGiB === undefined) {
    const why = `Either snapshot ID or volume size must be provided for: ${device}`;
    throw new Ec2Error('InvalidBlockDeviceMapping', why);
  }
  checkSize(sizeGiB, type, 'volumeSize');
  if (base.snapshotId !== undefined && base.sizeGiB !== undefined && sizeGiB < base.sizeGiB) {
    const sizes = `Volume of size ${sizeGiB}GB is smaller than snapshot '${base.snapshotId}'`;
    throw new Ec2Error('InvalidBlockDeviceMapping', `${sizes}, expect size >= ${base.sizeGiB}GB`);
  }
  return sizeGiB;
}
