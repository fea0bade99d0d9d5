import { Ec2Error, refuseUnmodelled, refuseValue } from './errors.js';
import type { Params } from './query.js';
import type { ImageRecord, VolumeRecord } from './records.js';

export type VolumeRequest = Pick<
  VolumeRecord,
  'sizeGiB' | 'type' | 'iops' | 'throughput' | 'initializationRate' | 'encrypted' | 'snapshotId'
> & { readonly device: string; readonly deleteOnTermination: boolean };

/**
 * The volumes a launch makes: the image's root, as changed by the mapping for its device, and every other mapping.
 * A mapping for a device that isn't the image's root adds a second volume, as it does on EC2.
 */
export function readBlockDevices(params: Params, image: ImageRecord): VolumeRequest[] {
  const mappings = new Map(
    params.structures('BlockDeviceMapping').map((entry) => [entry.require('DeviceName'), entry]),
  );
  const root = readVolume(image.rootDeviceName, mappings.get(image.rootDeviceName)?.structure('Ebs'), image);
  mappings.delete(image.rootDeviceName);
  const others = [...mappings].flatMap(([device, mapping]) => {
    if (mapping.text('NoDevice') !== undefined || mapping.text('VirtualName') !== undefined) return [];
    return readVolume(device, mapping.structure('Ebs'));
  });
  return [root, ...others];
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

function readVolume(device: string, ebs?: Params, image?: ImageRecord): VolumeRequest {
  ebs?.allowOnly(EBS_PARAMETERS);
  const snapshotId = image?.snapshotId ?? ebs?.text('SnapshotId');
  if (image && ebs?.text('SnapshotId') !== undefined && ebs.text('SnapshotId') !== image.snapshotId) {
    throw refuseUnmodelled("a root volume from another snapshot than the image's");
  }
  const standard = image ? 'gp3' : 'gp2';
  const type = ebs?.choice('VolumeType', ['gp2', 'gp3', 'io1', 'io2', 'st1', 'sc1', 'standard'], standard) ?? standard;
  return {
    device,
    // Source: EC2 user guide, "Preserve data when an instance is terminated": true for the root, false for all others.
    deleteOnTermination: ebs?.flag('DeleteOnTermination') ?? image !== undefined,
    encrypted: ebs?.flag('Encrypted') ?? false,
    sizeGiB: readSize(device, ebs, image),
    type,
    ...readPerformance(type, ebs, snapshotId !== undefined),
    ...(snapshotId === undefined ? {} : { snapshotId }),
  };
}

function readSize(device: string, ebs: Params | undefined, image: ImageRecord | undefined): number {
  const sizeGiB = ebs?.integer('VolumeSize');
  if (sizeGiB === undefined) {
    if (image) return image.rootVolumeGiB;
    const why = `Either snapshot ID or volume size must be provided for: ${device}`;
    throw new Ec2Error('InvalidBlockDeviceMapping', why);
  }
  if (sizeGiB < 1 || sizeGiB > 65_536) throw refuseValue(`${sizeGiB}`, 'volumeSize', 'Expecting 1 to 65536.');
  if (image && sizeGiB < image.rootVolumeGiB) {
    const sizes = `Volume of size ${sizeGiB}GB is smaller than snapshot '${image.snapshotId}'`;
    throw new Ec2Error('InvalidBlockDeviceMapping', `${sizes}, expect size >= ${image.rootVolumeGiB}GB`);
  }
  return sizeGiB;
}

const PROVISIONED = ['io1', 'io2'];

/** Source of the ranges: EC2 API reference, EbsBlockDevice (gp3: up to 80,000 IOPS and 2,000 MiB/s). */
function readPerformance(
  type: string,
  ebs: Params | undefined,
  hasSnapshot: boolean,
): Pick<VolumeRequest, 'iops' | 'throughput' | 'initializationRate'> {
  const iops = ebs?.integer('Iops') ?? (type === 'gp3' ? 3000 : undefined);
  const throughput = ebs?.integer('Throughput') ?? (type === 'gp3' ? 125 : undefined);
  const rate = ebs?.integer('VolumeInitializationRate');
  const clash = (why: string) => new Ec2Error('InvalidParameterCombination', why);
  if (iops === undefined && PROVISIONED.includes(type)) {
    throw new Ec2Error('MissingParameter', `The parameter iops must be specified for ${type} volumes.`);
  }
  if (iops !== undefined && type !== 'gp3' && !PROVISIONED.includes(type)) {
    throw clash(`The parameter iops is not supported for ${type} volumes.`);
  }
  if (throughput !== undefined && type !== 'gp3') throw clash('throughput can only be specified for volumeType gp3.');
  if (type === 'gp3') checkGp3(iops ?? 3000, throughput ?? 125);
  if (rate !== undefined && !hasSnapshot) throw clash('volumeInitializationRate requires a snapshot.');
  if (rate !== undefined && (rate < 100 || rate > 300)) {
    throw refuseValue(`${rate}`, 'volumeInitializationRate', 'Expecting 100 to 300.');
  }
  return {
    ...(iops === undefined ? {} : { iops }),
    ...(throughput === undefined ? {} : { throughput }),
    ...(rate === undefined ? {} : { initializationRate: rate }),
  };
}

function checkGp3(iops: number, throughput: number): void {
  if (iops < 3000 || iops > 80_000) throw refuseValue(`${iops}`, 'iops', 'gp3 volumes take 3000 to 80000.');
  if (throughput < 125 || throughput > 2000) {
    throw refuseValue(`${throughput}`, 'throughput', 'gp3 volumes take 125 to 2000.');
  }
  if (throughput / iops > 0.25) {
    const ratio = (throughput / iops).toFixed(2);
    const why = `Throughput (MiBps) to iops ratio of ${ratio} is too high; maximum is 0.25 MiBps per iops.`;
    throw new Ec2Error('InvalidParameterValue', why);
  }
}
