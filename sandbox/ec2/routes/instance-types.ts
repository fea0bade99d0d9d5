import type { Params } from '../query/params.js';
import { applyFilters, cutPage, type FilterFields } from '../query/select.js';
import type { XmlValue } from '../query/xml.js';
import { Ec2Error } from '../world/errors.js';
import { findInstanceType, INSTANCE_TYPES, isArm, isOfferedIn, type InstanceType } from '../world/instance-types.js';
import type { Ec2World } from '../world/world.js';

const FILTERS: FilterFields<InstanceType> = {
  'instance-type': (type) => type.name,
  'current-generation': (type) => `${isCurrent(type)}`,
  'processor-info.supported-architecture': (type) => type.architectures,
  'supported-usage-class': () => ['on-demand', 'spot'],
  'vcpu-info.default-vcpus': (type) => `${type.vcpus}`,
  'memory-info.size-in-mib': (type) => `${type.memoryMiB}`,
};

export function describeInstanceTypes(params: Params): { [element: string]: XmlValue } {
  const names = params.list('InstanceType');
  const unknown = names.filter((name) => !findInstanceType(name));
  if (unknown.length > 0) {
    const list = unknown.join(', ');
    throw new Ec2Error('InvalidInstanceType', `The following supplied instance types do not exist: [${list}]`);
  }
  const requested = names.length > 0 ? INSTANCE_TYPES.filter(({ name }) => names.includes(name)) : INSTANCE_TYPES;
  const page = cutPage(applyFilters(requested, params, FILTERS), params, { min: 5, max: 100 });
  return { instanceTypeSet: page.items.map(renderType), nextToken: page.nextToken };
}

const LOCATIONS = ['region', 'availability-zone'] as const;

/** Where types are offered: in the region, or in each zone. */
export function describeOfferings(world: Ec2World, params: Params): { [element: string]: XmlValue } {
  const kind = params.choice('LocationType', LOCATIONS, 'region');
  const zones = [...new Set([...world.subnets.values()].map(({ zone }) => zone))].toSorted();
  const offerings = INSTANCE_TYPES.flatMap((type) => {
    const offering = (location: string) => ({ instanceType: type.name, locationType: kind, location });
    if (kind === 'region') return [offering(world.region)];
    return zones.filter((zone) => isOfferedIn(type, zone)).map(offering);
  });
  const filters = { 'instance-type': (one: Offering) => one.instanceType, location: (one: Offering) => one.location };
  const page = cutPage(applyFilters(offerings, params, filters), params, { min: 5, max: 1000 });
  return { instanceTypeOfferingSet: page.items.map((one) => ({ ...one })), nextToken: page.nextToken };
}

interface Offering {
  readonly instanceType: string;
  readonly location: string;
}

function isCurrent(type: InstanceType): boolean {
  return !type.name.startsWith('a1.');
}

function renderType(type: InstanceType): XmlValue {
  return {
    instanceType: type.name,
    currentGeneration: isCurrent(type),
    freeTierEligible: type.name === 't3.micro',
    supportedUsageClasses: ['on-demand', 'spot'],
    supportedRootDeviceTypes: ['ebs'],
    supportedVirtualizationTypes: ['hvm'],
    bareMetal: false,
    hypervisor: type.xen ? 'xen' : 'nitro',
    processorInfo: { supportedArchitectures: type.architectures },
    vCpuInfo: { defaultVCpus: type.vcpus, defaultCores: type.vcpus / 2, defaultThreadsPerCore: 2 },
    memoryInfo: { sizeInMiB: type.memoryMiB },
    instanceStorageSupported: type.localStorage ?? false,
    gpuInfo: type.gpu && renderGpus(type.gpu),
    hibernationSupported: false,
    burstablePerformanceSupported: type.name.startsWith('t'),
    dedicatedHostsSupported: false,
    autoRecoverySupported: true,
    supportedBootModes: bootModesOf(type),
    networkInfo: { enaSupport: type.xen ? 'unsupported' : 'required' },
    nitroTpmSupport: type.xen || isArm(type) ? 'unsupported' : 'supported',
  };
}

function bootModesOf(type: InstanceType): readonly string[] {
  if (isArm(type)) return ['uefi'];
  return type.xen ? ['legacy-bios'] : ['legacy-bios', 'uefi'];
}

function renderGpus(gpu: { readonly name: string; readonly memoryMiB: number }): XmlValue {
  return {
    gpus: [{ name: gpu.name, manufacturer: 'NVIDIA', count: 1, memoryInfo: { sizeInMiB: gpu.memoryMiB } }],
    totalGpuMemoryInMiB: gpu.memoryMiB,
  };
}
