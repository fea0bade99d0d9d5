export interface InstanceType {
  readonly name: string;
  readonly architectures: readonly string[];
  readonly vcpus: number;
  readonly memoryMiB: number;
  /** USD per hour in us-east-1, on demand. Spot counts as 40 % of it. */
  readonly price: number;
  readonly gpu?: { readonly name: string; readonly memoryMiB: number };
  /** Letters of the zones that do not offer the type. */
  readonly notInZones?: string;
  readonly localStorage?: boolean;
  /** A type from before Nitro: it boots by BIOS only, without ENA or a TPM. */
  readonly xen?: boolean;
}

const X86 = ['x86_64'];
const ARM = ['arm64'];
const GIB = 1024;

function define(name: string, shape: Omit<InstanceType, 'name'>): InstanceType {
  return { name, ...shape };
}

/** The types of this suite's presets, similar ones, small ones, and some from before Nitro. */
export const INSTANCE_TYPES: readonly InstanceType[] = [
  define('t2.micro', { architectures: X86, vcpus: 1, memoryMiB: GIB, price: 0.0116, xen: true }),
  define('t2.xlarge', { architectures: X86, vcpus: 4, memoryMiB: 16 * GIB, price: 0.1856, xen: true }),
  define('m4.xlarge', { architectures: X86, vcpus: 4, memoryMiB: 16 * GIB, price: 0.2, xen: true }),
  define('t3.nano', { architectures: X86, vcpus: 2, memoryMiB: GIB / 2, price: 0.0052 }),
  define('t3.micro', { architectures: X86, vcpus: 2, memoryMiB: GIB, price: 0.0104 }),
  define('t3.medium', { architectures: X86, vcpus: 2, memoryMiB: 4 * GIB, price: 0.0416 }),
  define('t3.large', { architectures: X86, vcpus: 2, memoryMiB: 8 * GIB, price: 0.0832 }),
  define('t3.xlarge', { architectures: X86, vcpus: 4, memoryMiB: 16 * GIB, price: 0.1664 }),
  define('t3.2xlarge', { architectures: X86, vcpus: 8, memoryMiB: 32 * GIB, price: 0.3328 }),
  define('t3a.xlarge', { architectures: X86, vcpus: 4, memoryMiB: 16 * GIB, price: 0.1504 }),
  define('m5.large', { architectures: X86, vcpus: 2, memoryMiB: 8 * GIB, price: 0.096 }),
  define('m5.xlarge', { architectures: X86, vcpus: 4, memoryMiB: 16 * GIB, price: 0.192 }),
  define('m5a.xlarge', { architectures: X86, vcpus: 4, memoryMiB: 16 * GIB, price: 0.172 }),
  define('m6i.xlarge', { architectures: X86, vcpus: 4, memoryMiB: 16 * GIB, price: 0.192 }),
  define('m6a.xlarge', { architectures: X86, vcpus: 4, memoryMiB: 16 * GIB, price: 0.1728 }),
  define('m7i.xlarge', { architectures: X86, vcpus: 4, memoryMiB: 16 * GIB, price: 0.2016 }),
  define('m7i-flex.xlarge', { architectures: X86, vcpus: 4, memoryMiB: 16 * GIB, price: 0.1915 }),
  define('m7a.xlarge', { architectures: X86, vcpus: 4, memoryMiB: 16 * GIB, price: 0.2318 }),
  define('c7i.xlarge', { architectures: X86, vcpus: 4, memoryMiB: 8 * GIB, price: 0.1785 }),
  define('t4g.nano', { architectures: ARM, vcpus: 2, memoryMiB: GIB / 2, price: 0.0042 }),
  define('t4g.micro', { architectures: ARM, vcpus: 2, memoryMiB: GIB, price: 0.0084 }),
  define('t4g.xlarge', { architectures: ARM, vcpus: 4, memoryMiB: 16 * GIB, price: 0.1344 }),
  define('m6g.xlarge', { architectures: ARM, vcpus: 4, memoryMiB: 16 * GIB, price: 0.154 }),
  define('m7g.xlarge', { architectures: ARM, vcpus: 4, memoryMiB: 16 * GIB, price: 0.1632 }),
  define('m8g.xlarge', { architectures: ARM, vcpus: 4, memoryMiB: 16 * GIB, price: 0.1795 }),
  define('c7g.xlarge', { architectures: ARM, vcpus: 4, memoryMiB: 8 * GIB, price: 0.145 }),
  define('a1.xlarge', { architectures: ARM, vcpus: 4, memoryMiB: 8 * GIB, price: 0.102, notInZones: 'c' }),
  define('g4dn.xlarge', gpu('T4', 16, { price: 0.526 })),
  define('g5.xlarge', gpu('A10G', 24, { price: 1.006 })),
  define('g6.xlarge', gpu('L4', 24, { price: 0.8048, notInZones: 'c' })),
  define('g6e.xlarge', gpu('L40S', 48, { price: 1.861, memoryMiB: 32 * GIB })),
  define('g5g.xlarge', gpu('T4g', 16, { price: 0.42, memoryMiB: 8 * GIB, architectures: ARM, localStorage: false })),
];

function gpu(
  name: string,
  memoryGiB: number,
  rest: Partial<InstanceType> & { price: number },
): Omit<InstanceType, 'name'> {
  const machine = { architectures: X86, vcpus: 4, memoryMiB: 16 * GIB, localStorage: true };
  return { ...machine, gpu: { name, memoryMiB: memoryGiB * GIB }, ...rest };
}

const BY_NAME: ReadonlyMap<string, InstanceType> = new Map(INSTANCE_TYPES.map((type) => [type.name, type]));

export function findInstanceType(name: string): InstanceType | undefined {
  return BY_NAME.get(name);
}

export function isOfferedIn(type: InstanceType, zone: string): boolean {
  return !type.notInZones?.includes(zone.slice(-1));
}

/** The quota bucket of the family. EC2 counts vCPUs of G and VT instances separately from standard ones. */
export function quotaBucketOf(type: InstanceType): 'gpu' | 'standard' {
  return type.gpu ? 'gpu' : 'standard';
}

export function isArm(type: InstanceType): boolean {
  return type.architectures === ARM;
}
