import type { Params } from '../../query/params.js';
import { listImageVolumes, type VolumeRequest } from '../../rules/volumes.js';
import { Ec2Error, refuseUnmodeled, refuseValue } from '../../world/errors.js';
import type { ImageRecord, ImageVolume } from '../../world/records.js';
import { ACCOUNT } from '../../world/seed.js';
import { readPerformance, SIZES } from './volume-limits.js';

/**
 * The volumes that a launch creates: the image's mappings, each as changed by the request's mapping for its device, and
 * the request's other mappings, which add volumes.
 * Source: EC2 user guide, "Block device mappings for volumes on Amazon EC2 instances".
 */
export function readBlockDevices(params: Params, image: ImageRecord, region: string): VolumeRequest[] {
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
    return readVolume(device, mapping?.structure('Ebs'), { ...(imageVolume && { imageVolume }), isRoot, region });
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
  readonly region: string;
}

function readVolume(device: string, ebs: Params | undefined, { imageVolume, isRoot, region }: Place): VolumeRequest {
  ebs?.allowOnly(EBS_PARAMETERS);
  const snapshotId = imageVolume?.snapshotId ?? ebs?.text('SnapshotId');
  if (imageVolume && ebs?.text('SnapshotId') !== undefined && ebs.text('SnapshotId') !== imageVolume.snapshotId) {
    throw refuseUnmodeled("a volume from another snapshot than the image's");
  }
  const type = ebs?.choice('VolumeType', Object.keys(SIZES), imageVolume?.type ?? 'gp2') ?? imageVolume?.type ?? 'gp2';
  if (isRoot && /^s[tc]1$/.test(type)) {
    throw new Ec2Error('InvalidParameterValue', `The volume type '${type}' cannot be used for the root device.`);
  }
  const sizeGiB = readSize(ebs, { device, type, ...(imageVolume && { imageVolume }) });
  // The image's iops and throughput hold only for the image's volume type.
  const kept = imageVolume?.type === type ? imageVolume : {};
  return {
    device,
    // A volume that the image lacks is kept. Source: EC2 user guide, "Preserve data when an instance is terminated".
    deleteOnTermination: ebs?.flag('DeleteOnTermination') ?? imageVolume?.deleteOnTermination ?? false,
    ...readEncryption(ebs, imageVolume, region),
    sizeGiB,
    type,
    ...readPerformance(ebs, { type, sizeGiB, hasSnapshot: snapshotId !== undefined, kept }),
    ...(snapshotId === undefined ? {} : { snapshotId }),
  };
}

/** A launch never removes an image's encryption. */
function readEncryption(
  ebs: Params | undefined,
  imageVolume: ImageVolume | undefined,
  region: string,
): Pick<VolumeRequest, 'encrypted' | 'kmsKeyId'> {
  const encrypted = ebs?.flag('Encrypted') ?? false;
  const key = ebs?.text('KmsKeyId');
  if (key !== undefined && !encrypted) {
    throw new Ec2Error(
      'InvalidParameterDependency',
      'The parameter KmsKeyId requires the parameter Encrypted to be set.',
    );
  }
  if (!encrypted && !imageVolume?.encrypted) return { encrypted: false };
  if (key?.startsWith('arn:')) return { encrypted: true, kmsKeyId: key };
  const name = key ?? 'alias/aws/ebs';
  return {
    encrypted: true,
    kmsKeyId: `arn:aws:kms:${region}:${ACCOUNT}:${name.startsWith('alias/') ? name : `key/${name}`}`,
  };
}

function readSize(
  ebs: Params | undefined,
  { device, type, imageVolume }: { readonly device: string; readonly type: string; readonly imageVolume?: ImageVolume },
): number {
  const sizeGiB = ebs?.integer('VolumeSize') ?? imageVolume?.sizeGiB;
  if (sizeGiB === undefined) {
    const why = `Either snapshot ID or volume size must be provided for: ${device}`;
    throw new Ec2Error('InvalidBlockDeviceMapping', why);
  }
  const [least, most] = SIZES[type]!;
  if (sizeGiB < least || sizeGiB > most) {
    throw refuseValue(`${sizeGiB}`, 'volumeSize', `${type} volumes take ${least} to ${most}.`);
  }
  if (imageVolume?.snapshotId !== undefined && sizeGiB < imageVolume.sizeGiB) {
    const sizes = `Volume of size ${sizeGiB}GB is smaller than snapshot '${imageVolume.snapshotId}'`;
    throw new Ec2Error('InvalidBlockDeviceMapping', `${sizes}, expect size >= ${imageVolume.sizeGiB}GB`);
  }
  return sizeGiB;
}
