import type { Params } from '../../query/params.js';
import type { VolumeRequest } from '../../rules/volumes.js';
import { Ec2Error, refuseValue } from '../../world/errors.js';

/** By type, in GiB. Source: EC2 API reference, EbsBlockDevice. */
export const SIZES: Readonly<Record<string, readonly [number, number]>> = {
  gp2: [1, 16_384],
  gp3: [1, 65_536],
  io1: [4, 16_384],
  io2: [4, 65_536],
  st1: [125, 16_384],
  sc1: [125, 16_384],
  standard: [1, 1_024],
};

/** For types with iops: the range, and the most per GiB. Source: as above; EBS user guide, "Amazon EBS volume types". */
const IOPS: Readonly<Record<string, readonly [least: number, most: number, perGiB: number]>> = {
  gp3: [3_000, 80_000, 500],
  io1: [100, 64_000, 50],
  io2: [100, 256_000, 1_000],
};

/** @param parameter as EC2 names it: `volumeSize` of a mapping, `size` of a volume */
export function checkSize(sizeGiB: number, type: string, parameter: 'volumeSize' | 'size'): void {
  const [least, most] = SIZES[type]!;
  if (sizeGiB >= least && sizeGiB <= most) return;
  throw refuseValue(`${sizeGiB}`, parameter, `${type} volumes take ${least} to ${most}.`);
}

interface Volume {
  readonly type: string;
  readonly sizeGiB: number;
  readonly hasSnapshot: boolean;
  /** The image's values, which the request may change. */
  readonly kept: { readonly iops?: number; readonly throughput?: number };
}

export function readPerformance(
  ebs: Params | undefined,
  { type, sizeGiB, hasSnapshot, kept }: Volume,
): Pick<VolumeRequest, 'iops' | 'throughput' | 'initializationRate'> {
  const isGp3 = type === 'gp3';
  const iops = ebs?.integer('Iops') ?? kept.iops ?? (isGp3 ? 3000 : undefined);
  const throughput = ebs?.integer('Throughput') ?? kept.throughput ?? (isGp3 ? 125 : undefined);
  const rate = ebs?.integer('VolumeInitializationRate');
  const clash = (why: string) => new Ec2Error('InvalidParameterCombination', why);
  if (iops === undefined && IOPS[type]) {
    throw new Ec2Error('MissingParameter', `The parameter iops must be specified for ${type} volumes.`);
  }
  if (iops !== undefined) checkIops(iops, type, sizeGiB);
  if (throughput !== undefined && !isGp3) throw clash('throughput can only be specified for volumeType gp3.');
  if (isGp3) checkThroughput(iops ?? 3000, throughput ?? 125);
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

function checkIops(iops: number, type: string, sizeGiB: number): void {
  const limits = IOPS[type];
  if (!limits) {
    throw new Ec2Error('InvalidParameterCombination', `The parameter iops is not supported for ${type} volumes.`);
  }
  const [least, most, perGiB] = limits;
  if (iops < least || iops > most) throw refuseValue(`${iops}`, 'iops', `${type} volumes take ${least} to ${most}.`);
  // The 3,000 iops that every gp3 volume has do not depend on its size.
  if (iops / sizeGiB <= perGiB || (type === 'gp3' && iops === 3000)) return;
  const ratio = `Iops to volume size ratio of ${(iops / sizeGiB).toFixed(1)} is too high`;
  throw new Ec2Error('InvalidParameterValue', `${ratio}; maximum is ${perGiB} IOPS per GiB.`);
}

function checkThroughput(iops: number, throughput: number): void {
  if (throughput < 125 || throughput > 2000) {
    throw refuseValue(`${throughput}`, 'throughput', 'gp3 volumes take 125 to 2000.');
  }
  if (throughput / iops > 0.25) {
    const ratio = (throughput / iops).toFixed(2);
    const why = `Throughput (MiBps) to iops ratio of ${ratio} is too high; maximum is 0.25 MiBps per iops.`;
    throw new Ec2Error('InvalidParameterValue', why);
  }
}
