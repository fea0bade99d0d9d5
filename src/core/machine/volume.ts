import type { Image, VolumeSpec } from '../ports/catalog.js';
import type { VolumeRequest } from './request.js';

interface Limits {
  readonly sizeGiB: readonly [least: number, most: number];
  /** Absent for types without configurable iops. */
  readonly iops?: readonly [least: number, most: number];
  readonly iopsPerGiB?: number;
}

/**
 * EBS's limits for each type. The input for root volumes offers those from which an instance can boot. Sources: EC2 API reference, EbsBlockDevice (sizes, iops);
 * EBS user guide, "Amazon EBS volume types" (which are boot volumes), "General Purpose SSD volumes" (gp3: 500 iops a GiB, 0.25
 * MiB/s an iops) and "Provisioned IOPS SSD volumes" (io1: 50 iops a GiB, io2: 1,000).
 */
const LIMITS: Readonly<Record<string, Limits>> = {
  gp3: { sizeGiB: [1, 65_536], iops: [3_000, 80_000], iopsPerGiB: 500 },
  gp2: { sizeGiB: [1, 16_384] },
  io1: { sizeGiB: [4, 16_384], iops: [100, 64_000], iopsPerGiB: 50 },
  io2: { sizeGiB: [4, 65_536], iops: [100, 256_000], iopsPerGiB: 1_000 },
  standard: { sizeGiB: [1, 1_024] },
  st1: { sizeGiB: [125, 16_384] },
  sc1: { sizeGiB: [125, 16_384] },
};

/** The iops that a gp3 volume of any size has at no extra cost. Source: as above. */
const BASE_IOPS = 3_000;
const MIBPS_PER_IOPS = 0.25;

/** How the settings of a volume are named in messages. */
interface Names {
  readonly size: string;
  readonly type: string;
  readonly iops: string;
  readonly throughput: string;
}

const OF_ROOT: Names = {
  size: 'ec2-volume-size',
  type: 'ec2-volume-type',
  iops: 'ec2-volume-iops',
  throughput: 'ec2-volume-throughput',
};

/**
 * Where the settings of the root volume contradict each other or exceed EBS's limits.
 *
 * @param sizeGiB the volume's size; `undefined` while it depends on the image
 */
export function findRootVolumeProblems(request: VolumeRequest, sizeGiB: number | undefined): string[] {
  const problems = findVolumeProblems(request, sizeGiB, OF_ROOT);
  if (request.kmsKeyId !== undefined && !request.encrypted) {
    problems.push('`ec2-volume-kms-key-id` is set without `ec2-volume-encrypted: true`, which a key needs.');
  }
  return problems;
}

/**
 * Where the settings of a volume contradict each other or exceed EBS's limits.
 *
 * @param sizeGiB the volume's size; `undefined` while it is not known
 */
export function findVolumeProblems(
  request: Pick<VolumeRequest, 'type' | 'iops' | 'throughputMiBps'>,
  sizeGiB: number | undefined,
  names: Names,
): string[] {
  const { type = 'gp3', iops, throughputMiBps } = request;
  const limits = LIMITS[type]!;
  const problems = [...findSizeProblems(type, sizeGiB, names), ...findIopsProblems(request, sizeGiB, names)];
  if (throughputMiBps !== undefined && type !== 'gp3') {
    problems.push(`\`${names.throughput}\` is set; allowed with \`${names.type}: gp3\` only, not with ${type}.`);
  } else if (throughputMiBps !== undefined && throughputMiBps > (iops ?? BASE_IOPS) * MIBPS_PER_IOPS) {
    const source = iops === undefined ? `the ${BASE_IOPS} iops that gp3 has by itself` : `\`${names.iops}: ${iops}\``;
    const most = Math.floor((iops ?? BASE_IOPS) * MIBPS_PER_IOPS);
    problems.push(
      `\`${names.throughput}\` is ${throughputMiBps}; allowed with ${source}: at most ${most} (0.25 MiB/s an iops), so set \`${names.iops}\` to ${throughputMiBps / MIBPS_PER_IOPS} or more.`,
    );
  }
  if (iops === undefined && limits.iops && type !== 'gp3') {
    problems.push(`\`${names.iops}\` is empty; \`${names.type}: ${type}\` needs it.`);
  }
  return problems;
}

function findSizeProblems(type: string, sizeGiB: number | undefined, names: Names): string[] {
  const [least, most] = LIMITS[type]!.sizeGiB;
  if (sizeGiB === undefined || (sizeGiB >= least && sizeGiB <= most)) return [];
  return [`\`${names.size}\` is ${sizeGiB}; allowed with \`${names.type}: ${type}\`: ${least} to ${most} (GiB).`];
}

function findIopsProblems(
  { type = 'gp3', iops }: Pick<VolumeRequest, 'type' | 'iops'>,
  sizeGiB: number | undefined,
  names: Names,
): string[] {
  const limits = LIMITS[type]!;
  if (iops === undefined) return [];
  if (!limits.iops) {
    return [`\`${names.iops}\` is set; allowed with \`${names.type}\` gp3, io1 or io2, not with ${type}.`];
  }
  const [least, most] = limits.iops;
  const prefix = `\`${names.iops}\` is ${iops}; allowed with \`${names.type}: ${type}\``;
  if (iops < least || iops > most) return [`${prefix}: ${least} to ${most}.`];
  const mostForSize = sizeGiB === undefined ? Infinity : sizeGiB * limits.iopsPerGiB!;
  if (iops <= mostForSize || (type === 'gp3' && iops <= BASE_IOPS)) return [];
  return [
    `${prefix} and ${sizeGiB} GiB: at most ${mostForSize} (${limits.iopsPerGiB} a GiB), so set more GiB or fewer iops.`,
  ];
}

/** The checks that need the image and the region: the image's size is the minimum, and a key belongs to one region. */
export function findMisfits(request: VolumeRequest, image: Image, region: string): string[] {
  const { sizeGiB, sizeIsDefault, kmsKeyId } = request;
  const problems: string[] = [];
  if (sizeGiB !== undefined && !sizeIsDefault && sizeGiB < image.rootVolumeGiB) {
    problems.push(
      `\`ec2-volume-size\` is ${sizeGiB}; allowed with image ${image.id}: ${image.rootVolumeGiB} (GiB) or more.`,
    );
  } else problems.push(...findRootVolumeProblems(request, fitVolume(request, image).sizeGiB));
  const keyRegion = kmsKeyId?.startsWith('arn:') ? kmsKeyId.split(':')[3] : region;
  if (keyRegion !== region) {
    problems.push(
      `\`ec2-volume-kms-key-id\` is a key of ${keyRegion}, but a volume is needed in ${region}; allowed: a key of ${region}, or an alias that exists in both regions.`,
    );
  }
  return problems;
}

/** The root volume. It has the image's own device name, because a mapping with another name adds a second volume. */
export function fitVolume(request: VolumeRequest, image: Image): VolumeSpec & { readonly sizeGiB: number } {
  const { sizeGiB, type, iops, throughputMiBps, initializationRateMiBps } = request;
  return {
    deviceName: image.rootDeviceName,
    sizeGiB: Math.max(sizeGiB ?? 0, image.rootVolumeGiB),
    ...(type !== undefined && { type }),
    ...(iops !== undefined && { iops }),
    ...(throughputMiBps !== undefined && { throughputMiBps }),
    ...(initializationRateMiBps !== undefined && { initializationRateMiBps }),
    ...encryption(request),
  };
}

/** The image's other volumes, unchanged but encrypted like the root: rules that demand encryption apply to all volumes. */
export function fitFurtherVolumes(request: VolumeRequest, { furtherVolumes = [] }: Image): readonly VolumeSpec[] {
  return furtherVolumes.map((volume) => ({ ...volume, ...encryption(request) }));
}

function encryption({ encrypted, kmsKeyId }: VolumeRequest): Pick<VolumeSpec, 'encrypted' | 'kmsKeyId'> {
  if (!encrypted) return {};
  return { encrypted, ...(kmsKeyId !== undefined && { kmsKeyId }) };
}
