import type { ImageRecord, SecurityGroupRecord, SubnetRecord, VpcRecord } from './records.js';
import type { SnapshotRecord } from './volume-records.js';

/** The content of a new sandbox's account. Ids look like real ones. */
export const ACCOUNT = '123456789012';
export const VPC = 'vpc-0a51c3d77e9f20001';
export const SUBNET_A = 'subnet-0a51c3d77e9f2000a';
export const SUBNET_B = 'subnet-0a51c3d77e9f2000b';
export const SUBNET_C = 'subnet-0a51c3d77e9f2000c';
export const DEFAULT_GROUP = 'sg-0a51c3d77e9f20001';
export const RUNNER_GROUP = 'sg-0a51c3d77e9f20002';
/** A second network. Nothing of the first one may be used in it. */
export const OTHER_VPC = 'vpc-0b84e6f11a2c30001';
export const OTHER_SUBNET = 'subnet-0b84e6f11a2c3000a';
export const OTHER_GROUP = 'sg-0b84e6f11a2c30001';

export const KEY_PAIR = 'octo-key';
export const INSTANCE_PROFILE = 'ci-actions-runner';

/** Images built by this suite, with agent and runner. */
export const OUR_AMD64_IMAGE = 'ami-0c1a64a64a64a6401';
export const OUR_ARM64_IMAGE = 'ami-0c1a64a64a64a6402';
export const OUR_CUDA_IMAGE = 'ami-0c1a64a64a64a6403';
/** Stock images of Canonical and AWS. */
export const UBUNTU_AMD64_IMAGE = 'ami-0d0c0ffee24040001';
export const UBUNTU_ARM64_IMAGE = 'ami-0d0c0ffee24040002';
export const DLAMI_IMAGE = 'ami-0d0c0ffee24040003';
export const AMAZON_LINUX_IMAGE = 'ami-0d0c0ffee24040004';

export const RUNNER_VERSION = '2.336.0';

export function seedVpcs(): VpcRecord[] {
  return [
    { id: VPC, cidr: '172.31.0.0/16', isDefault: true, tags: new Map() },
    { id: OTHER_VPC, cidr: '10.0.0.0/16', isDefault: false, tags: new Map([['Name', 'other']]) },
  ];
}

export function seedSubnets(region: string): SubnetRecord[] {
  const inDefaultVpc = [SUBNET_A, SUBNET_B, SUBNET_C].map((id, index) => ({
    id,
    vpcId: VPC,
    zone: `${region}${'abc'[index]}`,
    cidr: `172.31.${16 * index}.0/20`,
    isDefault: true,
    freeAddresses: 4091,
    tags: new Map<string, string>(),
  }));
  const other = { id: OTHER_SUBNET, vpcId: OTHER_VPC, zone: `${region}a`, cidr: '10.0.1.0/24', isDefault: false };
  return [...inDefaultVpc, { ...other, freeAddresses: 251, tags: new Map([['Name', 'other']]) }];
}

export function seedSecurityGroups(): SecurityGroupRecord[] {
  return [
    { id: DEFAULT_GROUP, vpcId: VPC, name: 'default', description: 'default VPC security group', tags: new Map() },
    { id: RUNNER_GROUP, vpcId: VPC, name: 'runners', description: 'outbound only', tags: new Map() },
    { id: OTHER_GROUP, vpcId: OTHER_VPC, name: 'default', description: 'default VPC security group', tags: new Map() },
  ];
}

const DAY_MS = 86_400_000;

export function seedImages(now: number): ImageRecord[] {
  const ours = { ownerId: ACCOUNT, createdAt: new Date(now - 3 * DAY_MS).toISOString() };
  const stock = { ownerId: '099720109477', createdAt: new Date(now - 10 * DAY_MS).toISOString(), tags: new Map() };
  const dlami = 'Deep Learning Base OSS Nvidia Driver GPU AMI (Ubuntu 24.04) 20261009';
  return [
    image({
      ...ours,
      id: OUR_AMD64_IMAGE,
      name: ourName('amd64', ours),
      rootVolumeGiB: 50,
      tags: ourTags('amd64', ours),
    }),
    image({
      ...ours,
      id: OUR_ARM64_IMAGE,
      name: ourName('arm64', ours),
      rootVolumeGiB: 50,
      tags: ourTags('arm64', ours),
    }),
    image({
      ...ours,
      id: OUR_CUDA_IMAGE,
      name: ourName('cuda', ours),
      rootVolumeGiB: 100,
      tags: ourTags('cuda', ours),
    }),
    image({ ...stock, id: UBUNTU_AMD64_IMAGE, name: ubuntu('amd64') }),
    image({ ...stock, id: UBUNTU_ARM64_IMAGE, name: ubuntu('arm64') }),
    image({ ...stock, id: DLAMI_IMAGE, name: dlami, ownerId: '898082745236', rootVolumeGiB: 75 }),
    image({
      ...stock,
      id: AMAZON_LINUX_IMAGE,
      name: 'al2023-ami-2023.9.20261006.0-kernel-6.12-x86_64',
      ownerId: '137112412989',
      rootDeviceName: '/dev/xvda',
    }),
  ];
}

type ImageSeed = Pick<ImageRecord, 'id' | 'name' | 'ownerId' | 'createdAt' | 'tags'> & Partial<ImageRecord>;

/** An available image. By default the root has 8 GiB at /dev/sda1, and the architecture follows the name. */
export function image(seed: ImageSeed): ImageRecord {
  return {
    architecture: seed.name.includes('arm64') ? 'arm64' : 'x86_64',
    rootDeviceName: '/dev/sda1',
    rootVolumeGiB: 8,
    snapshotId: seed.id.replace('ami-', 'snap-'),
    state: 'available',
    ...seed,
  };
}

/** The snapshot of each own image, with the image's tags as `ami/` writes them. */
export function seedSnapshots(images: readonly ImageRecord[]): SnapshotRecord[] {
  return images
    .filter(({ ownerId }) => ownerId === ACCOUNT)
    .map(({ snapshotId, rootVolumeGiB, createdAt, tags }) => ({
      id: snapshotId,
      sizeGiB: rootVolumeGiB,
      createdAt: Date.parse(createdAt),
      state: 'completed',
      tags: new Map(tags),
    }));
}

function ourTags(preset: string, built: { createdAt: string }): Map<string, string> {
  return new Map([
    ['Name', `ci-actions-${preset}`],
    ['ci-actions:preset', preset],
    ['ci-actions:runner-version', RUNNER_VERSION],
    ['ci-actions:built-at', built.createdAt],
  ]);
}

function ourName(preset: string, built: { createdAt: string }): string {
  return `ci-actions-${preset}-${built.createdAt.slice(0, 19).replace(/[-:]/g, '')}`;
}

function ubuntu(architecture: string): string {
  return `ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-${architecture}-server-20261008`;
}

/** SSM parameters: those that this suite's image build publishes, and the public ones of Canonical and AWS. */
export function seedParameters(): [string, string][] {
  const canonical = '/aws/service/canonical/ubuntu/server/24.04/stable/current';
  const gpu = '/aws/service/deeplearning/ami/x86_64/base-oss-nvidia-driver-gpu-ubuntu-24.04';
  return [
    ['/ci-actions/ami/amd64', OUR_AMD64_IMAGE],
    ['/ci-actions/ami/arm64', OUR_ARM64_IMAGE],
    ['/ci-actions/ami/cuda', OUR_CUDA_IMAGE],
    [`${canonical}/amd64/hvm/ebs-gp3/ami-id`, UBUNTU_AMD64_IMAGE],
    [`${canonical}/arm64/hvm/ebs-gp3/ami-id`, UBUNTU_ARM64_IMAGE],
    [`${gpu}/latest/ami-id`, DLAMI_IMAGE],
    ['/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64', AMAZON_LINUX_IMAGE],
  ];
}
