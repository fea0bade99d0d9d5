import { Ec2Error, refuseUnmodelled, refuseValue } from '../../world/errors.js';
import type { Params } from '../../query/params.js';
import { listImageVolumes, type VolumeRequest } from '../../rules/volumes.js';
import type { ImageRecord, ImageVolume } from '../../world/records.js';
import { ACCOUNT } from '../../world/seed.js';
import { readPerformance, SIZES } from './volume-limits.js';

/**
 * The volumes a launch makes: the image's mappings, each as changed by the request's mapping for its device, and the
 * request's others. A mapping for a device that the image has not adds a volume, as it does on EC2.
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
    if (isLeftOut && device === image.rootDeviceName) throw refuseUnmodelled('an instance without its root volume');
    if (isLeftOut) return [];
    const given = ofImage.find((one) => one.device === device);
    const isRoot = device === image.rootDeviceName;
    return readVolume(device, mapping?.structure('Ebs'), { ...(given && { given }), isRoot, region });
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
  /** What the image has for the device. */
  readonly given?: ImageVolume;
  readonly isRoot: boolean;
  readonly region: string;
}

function readVolume(device: string, ebs: Params | undefined, { given, isRoot, region }: Place): VolumeRequest {
  ebs?.allowOnly(EBS_PARAMETERS);
  const snapshotId = given?.snapshotId ?? ebs?.text('SnapshotId');
  if (given && ebs?.text('SnapshotId') !== undefined && ebs.text('SnapshotId') !== given.snapshotId) {
    throw refuseUnmodelled("a volume from another snapshot than the image's");
  }
  const type = ebs?.choice('VolumeType', Object.keys(SIZES), given?.type ?? 'gp2') ?? given?.type ?? 'gp2';
  if (isRoot && /^s[tc]1$/.test(type)) {
    throw new Ec2Error('InvalidParameterValue', `The volume type '${type}' cannot be used for the root device.`);
  }
  const sizeGiB = readSize(ebs, { device, type, ...(given && { given }) });
  // The image's iops and throughput hold for the image's type.
  const kept = given?.type === type ? given : {};
  return {
    device,
    // Source: EC2 user guide, "Preserve data when an instance is terminated": a mapping that the image lacks is kept.
    deleteOnTermination: ebs?.flag('DeleteOnTermination') ?? given?.deleteOnTermination ?? false,
    ...readEncryption(ebs, given, region),
    sizeGiB,
    type,
    ...readPerformance(ebs, { type, sizeGiB, hasSnapshot: snapshotId !== undefined, kept }),
    ...(snapshotId === undefined ? {} : { snapshotId }),
  };
}

/** In no case does a launch take an image's encryption away. */
function readEncryption(
  ebs: Params | undefined,
  given: ImageVolume | undefined,
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
  if (!encrypted && !given?.encrypted) return { encrypted: false };
  if (key?.startsWith('arn:')) return { encrypted: true, kmsKeyId: key };
  const name = key ?? 'alias/aws/ebs';
  return {
    encrypted: true,
    kmsKeyId: `arn:aws:kms:${region}:${ACCOUNT}:${name.startsWith('alias/') ? name : `key/${name}`}`,
  };
}

function readSize(
  ebs: Params | undefined,
  { device, type, given }: { readonly device: string; readonly type: string; readonly given?: ImageVolume },
): number {
  const sizeGiB = ebs?.integer('VolumeSize') ?? given?.sizeGiB;
  if (sizeGiB === undefined) {
    const why = `Either snapshot ID or volume size must be provided for: ${device}`;
    throw new Ec2Error('InvalidBlockDeviceMapping', why);
  }
  const [least, most] = SIZES[type]!;
  if (sizeGiB < least || sizeGiB > most) {
    throw refuseValue(`${sizeGiB}`, 'volumeSize', `${type} volumes take ${least} to ${most}.`);
  }
  if (given?.snapshotId !== undefined && sizeGiB < given.sizeGiB) {
    const sizes = `Volume of size ${sizeGiB}GB is smaller than snapshot '${given.snapshotId}'`;
    throw new Ec2Error('InvalidBlockDeviceMapping', `${sizes}, expect size >= ${given.sizeGiB}GB`);
  }
  return sizeGiB;
}
