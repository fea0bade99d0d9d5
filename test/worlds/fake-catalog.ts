import type {
  Image,
  InstanceTypeFacts,
  Market,
  SecurityGroupFacts,
  SubnetFacts,
} from '../../src/core/ports/catalog.js';

/** An image of the fake EC2: the port's properties, and those by which `findNewestImage` chooses. */
export interface FakeImage extends Image {
  /** Epoch ms. */
  readonly createdAt: number;
  /** Whether it belongs to the caller's account. */
  readonly own: boolean;
}

export const SUBNET_A = 'subnet-0a00000000000000a';
export const SUBNET_B = 'subnet-0a00000000000000b';
export const SUBNET_C = 'subnet-0a00000000000000c';
export const GROUP = 'sg-0a000000000000001';
/** A subnet in another VPC. */
export const FOREIGN_SUBNET = 'subnet-0f00000000000000a';
export const FOREIGN_GROUP = 'sg-0f000000000000001';

export const AMD64_IMAGE = 'ami-0c1000000000000a1';
export const ARM64_IMAGE = 'ami-0c1000000000000a2';
export const CUDA_IMAGE = 'ami-0c1000000000000a3';
export const STOCK_AMD64_IMAGE = 'ami-0d1000000000000a1';
export const STOCK_ARM64_IMAGE = 'ami-0d1000000000000a2';
export const STOCK_CUDA_IMAGE = 'ami-0d1000000000000a3';

const VPC = 'vpc-0a000000000000001';
const FOREIGN_VPC = 'vpc-0f000000000000001';
const BUILT_AT = Date.UTC(2025, 11, 20);

const BOOT = {
  rootDeviceName: '/dev/sda1',
  bootMode: 'uefi-preferred',
  hasEna: true,
  virtualization: 'hvm',
  rootDeviceType: 'ebs',
} as const;

export const FAKE_SUBNETS: readonly SubnetFacts[] = [
  { id: SUBNET_A, vpcId: VPC, availabilityZone: 'us-east-1a' },
  { id: SUBNET_B, vpcId: VPC, availabilityZone: 'us-east-1b' },
  { id: SUBNET_C, vpcId: VPC, availabilityZone: 'us-east-1c' },
  { id: FOREIGN_SUBNET, vpcId: FOREIGN_VPC, availabilityZone: 'us-east-1a' },
];

export const FAKE_GROUPS: readonly SecurityGroupFacts[] = [
  { id: GROUP, vpcId: VPC },
  { id: FOREIGN_GROUP, vpcId: FOREIGN_VPC },
];

export const FAKE_IMAGES: readonly FakeImage[] = [
  ourImage({ id: AMD64_IMAGE, preset: 'amd64', architecture: 'x86_64', rootVolumeGiB: 50 }),
  ourImage({ id: ARM64_IMAGE, preset: 'arm64', architecture: 'arm64', rootVolumeGiB: 50 }),
  ourImage({ id: CUDA_IMAGE, preset: 'cuda', architecture: 'x86_64', rootVolumeGiB: 100 }),
  stockImage({
    id: STOCK_AMD64_IMAGE,
    name: 'ubuntu-noble-24.04-amd64-server',
    architecture: 'x86_64',
    rootVolumeGiB: 8,
  }),
  stockImage({
    id: STOCK_ARM64_IMAGE,
    name: 'ubuntu-noble-24.04-arm64-server',
    architecture: 'arm64',
    rootVolumeGiB: 8,
  }),
  stockImage({
    id: STOCK_CUDA_IMAGE,
    name: 'Deep Learning Base OSS Nvidia Driver GPU AMI',
    architecture: 'x86_64',
    rootVolumeGiB: 75,
  }),
];

const UBUNTU = '/aws/service/canonical/ubuntu/server/24.04/stable/current';
const DEEP_LEARNING = '/aws/service/deeplearning/ami/x86_64/base-oss-nvidia-driver-gpu-ubuntu-24.04/latest/ami-id';

export const FAKE_PARAMETERS: Readonly<Record<string, string>> = {
  '/ci-actions/ami/amd64': AMD64_IMAGE,
  '/ci-actions/ami/arm64': ARM64_IMAGE,
  '/ci-actions/ami/cuda': CUDA_IMAGE,
  [`${UBUNTU}/amd64/hvm/ebs-gp3/ami-id`]: STOCK_AMD64_IMAGE,
  [`${UBUNTU}/arm64/hvm/ebs-gp3/ami-id`]: STOCK_ARM64_IMAGE,
  [DEEP_LEARNING]: STOCK_CUDA_IMAGE,
};

export const FAKE_TYPES: readonly InstanceTypeFacts[] = [
  ...['t3', 't3a', 'm5', 'm6i', 'm7i'].map((family) => facts(`${family}.xlarge`, 'x86_64')),
  ...['t4g', 'm7g', 'm8g'].map((family) => facts(`${family}.xlarge`, 'arm64')),
  { ...facts('a1.xlarge', 'arm64'), memoryMiB: 8_192 },
  ...['g4dn', 'g5', 'g6'].map((family) => ({ ...facts(`${family}.xlarge`, 'x86_64'), gpus: 1 })),
  { ...facts('t3.nano', 'x86_64'), vcpus: 2, memoryMiB: 512 },
  { ...facts('t2.xlarge', 'x86_64'), bootModes: ['legacy-bios'], requiresEna: false, hasTpm: false },
];

function facts(name: string, architecture: string): InstanceTypeFacts {
  const markets: readonly Market[] = ['on-demand', 'spot'];
  return {
    name,
    architectures: [architecture],
    vcpus: 4,
    memoryMiB: 16_384,
    gpus: 0,
    markets,
    bootModes: architecture === 'arm64' ? ['uefi'] : ['legacy-bios', 'uefi'],
    requiresEna: true,
    hasTpm: architecture !== 'arm64',
    virtualizations: ['hvm'],
    rootDeviceTypes: ['ebs'],
  };
}

type ImageBasics = Pick<Image, 'id' | 'architecture' | 'rootVolumeGiB'>;

function ourImage({ preset, ...basics }: ImageBasics & { preset: string }): FakeImage {
  const tags = {
    'ci-actions:preset': preset,
    'ci-actions:runner-version': '2.336.0',
    'ci-actions:built-at': new Date(BUILT_AT).toISOString(),
  };
  return {
    ...basics,
    name: `ci-actions-${preset}-20251220`,
    state: 'available',
    ...BOOT,
    tags,
    createdAt: BUILT_AT,
    own: true,
  };
}

function stockImage(basics: ImageBasics & { name: string }): FakeImage {
  return { ...basics, state: 'available', ...BOOT, tags: {}, createdAt: BUILT_AT, own: false };
}
