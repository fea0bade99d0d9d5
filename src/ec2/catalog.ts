import {
  DescribeImagesCommand,
  DescribeInstanceTypesCommand,
  DescribeRegionsCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  type Filter,
  type Image as AwsImage,
  type InstanceTypeInfo,
} from '@aws-sdk/client-ec2';
import type { Image, InstanceTypeFacts, Market, SubnetFacts, VolumeSpec } from '../core/ports/catalog.js';
import type { Ec2 } from '../core/ports/ec2.js';
import { readError } from './errors.js';
import { byFilter, readPages, readTags } from './paging.js';
import type { Requests } from './requests.js';

type Catalog = Pick<
  Ec2,
  'listRegions' | 'describeImage' | 'findNewestImage' | 'describeTypes' | 'describeSubnets' | 'describeSecurityGroups'
>;

/**
 * What instances can be launched from and into. Everything but an image is requested by filter. Then an unknown id is
 * absent from the response; in a request by ids, one unknown id would fail all of them.
 */
export function createCatalog(requests: Requests): Catalog {
  return {
    listRegions: () => listRegions(requests),
    describeImage: (id) => describeImage(requests, id),
    findNewestImage: (namePattern) => findNewestImage(requests, namePattern),
    async describeTypes(names) {
      const types = await byFilter('instance-type', names, (Filters) =>
        readPages(requests, 'ec2:DescribeInstanceTypes', async (NextToken) => {
          const page = await requests.client.send(new DescribeInstanceTypesCommand({ Filters, ...NextToken }));
          return { items: page.InstanceTypes, next: page.NextToken };
        }),
      );
      return types.map(toTypeFacts);
    },
    describeSubnets: (ids) => byFilter('subnet-id', ids, (filters) => findSubnets(requests, filters)),
    async describeSecurityGroups(ids) {
      const groups = await byFilter('group-id', ids, (Filters) =>
        readPages(requests, 'ec2:DescribeSecurityGroups', async (NextToken) => {
          const page = await requests.client.send(new DescribeSecurityGroupsCommand({ Filters, ...NextToken }));
          return { items: page.SecurityGroups, next: page.NextToken };
        }),
      );
      return groups.map(({ GroupId = '', VpcId = '' }) => ({ id: GroupId, vpcId: VpcId }));
    },
  };
}

async function describeImage(requests: Requests, id: string): Promise<Image | undefined> {
  const image = await readImage(requests, id);
  return image && toImage(image);
}

/** The image as EC2 describes it; `undefined` when EC2 answers that it does not exist. */
export async function readImage(requests: Requests, id: string): Promise<AwsImage | undefined> {
  // By filter, EC2 would search every public image and leave out deprecated ones. By id, it does neither.
  const [image] = await readPages(requests, 'ec2:DescribeImages', async () => {
    const page = await requests.client.send(new DescribeImagesCommand({ ImageIds: [id] })).catch(noneIfUnknown);
    return { items: page.Images, next: undefined };
  });
  return image;
}

/** Handles EC2's three codes for an image that does not exist. */
function noneIfUnknown(error: unknown): { Images: AwsImage[] } {
  if (/^InvalidAMIID\.(NotFound|Malformed|Unavailable)$/.test(readError(error).code)) return { Images: [] };
  throw error;
}

async function findNewestImage(requests: Requests, namePattern: string): Promise<Image | undefined> {
  const images = await readPages(requests, 'ec2:DescribeImages', async (NextToken) => {
    const Filters = [
      { Name: 'name', Values: [namePattern] },
      { Name: 'state', Values: ['available'] },
    ];
    const page = await requests.client.send(new DescribeImagesCommand({ Owners: ['self'], Filters, ...NextToken }));
    return { items: page.Images, next: page.NextToken };
  });
  // ISO 8601 in UTC sorts as text.
  const newest = images.sort((a, b) => (b.CreationDate ?? '').localeCompare(a.CreationDate ?? ''))[0];
  return newest && toImage(newest);
}

export function toImage(image: AwsImage): Image {
  const root = image.BlockDeviceMappings?.find(({ DeviceName }) => DeviceName === image.RootDeviceName);
  return {
    id: image.ImageId ?? '',
    name: image.Name ?? '',
    state: image.State ?? '',
    architecture: image.Architecture ?? '',
    rootDeviceName: image.RootDeviceName ?? '',
    rootVolumeGiB: root?.Ebs?.VolumeSize ?? 0,
    furtherVolumes: readFurtherVolumes(image),
    ...(image.Platform && { platform: image.Platform }),
    ...(image.BootMode && { bootMode: image.BootMode }),
    ...(image.EnaSupport !== undefined && { hasEna: image.EnaSupport }),
    ...(image.TpmSupport && { needsTpm: true }),
    ...(image.VirtualizationType && { virtualization: image.VirtualizationType }),
    ...(image.RootDeviceType && { rootDeviceType: image.RootDeviceType }),
    tags: readTags(image.Tags),
  };
}

/** Mappings of instance store, and mappings without a device, create no volume. */
function readFurtherVolumes({ BlockDeviceMappings = [], RootDeviceName }: AwsImage): VolumeSpec[] {
  return BlockDeviceMappings.flatMap(({ DeviceName, Ebs }) => {
    if (!Ebs || DeviceName === undefined || DeviceName === RootDeviceName) return [];
    const { VolumeSize, VolumeType, Iops, Throughput } = Ebs;
    return {
      deviceName: DeviceName,
      ...(VolumeSize !== undefined && { sizeGiB: VolumeSize }),
      ...(VolumeType && { type: VolumeType }),
      // EC2 also reports this value for other volume types, but rejects it in a launch.
      ...(Iops !== undefined && /^(gp3|io[12])$/.test(VolumeType ?? '') && { iops: Iops }),
      ...(Throughput !== undefined && VolumeType === 'gp3' && { throughputMiBps: Throughput }),
    };
  });
}

function toTypeFacts(type: InstanceTypeInfo): InstanceTypeFacts {
  const usages: readonly string[] = type.SupportedUsageClasses ?? [];
  // Only NVIDIA GPUs count: CUDA cannot use the accelerators of other vendors.
  const nvidia = type.GpuInfo?.Gpus?.filter(({ Manufacturer }) => Manufacturer?.toLowerCase() === 'nvidia') ?? [];
  return {
    name: type.InstanceType ?? '',
    architectures: type.ProcessorInfo?.SupportedArchitectures ?? [],
    vcpus: type.VCpuInfo?.DefaultVCpus ?? 0,
    memoryMiB: type.MemoryInfo?.SizeInMiB ?? 0,
    gpus: nvidia.reduce((sum, { Count = 0 }) => sum + Count, 0),
    markets: (['on-demand', 'spot'] satisfies Market[]).filter((market) => usages.includes(market)),
    ...(type.SupportedBootModes && { bootModes: type.SupportedBootModes }),
    ...(type.NetworkInfo?.EnaSupport && { requiresEna: type.NetworkInfo.EnaSupport === 'required' }),
    ...(type.NitroTpmSupport && { hasTpm: type.NitroTpmSupport === 'supported' }),
    ...(type.SupportedVirtualizationTypes && { virtualizations: type.SupportedVirtualizationTypes }),
    ...(type.SupportedRootDeviceTypes && { rootDeviceTypes: type.SupportedRootDeviceTypes }),
  };
}

/** The subnets that match, on all pages. */
export async function findSubnets(requests: Requests, Filters: Filter[]): Promise<SubnetFacts[]> {
  const subnets = await readPages(requests, 'ec2:DescribeSubnets', async (NextToken) => {
    const page = await requests.client.send(new DescribeSubnetsCommand({ Filters, ...NextToken }));
    return { items: page.Subnets, next: page.NextToken };
  });
  return subnets.map(({ SubnetId = '', VpcId = '', AvailabilityZone = '' }) => ({
    id: SubnetId,
    vpcId: VpcId,
    availabilityZone: AvailabilityZone,
  }));
}

/** The regions of the account, without those that it has not opted in to. */
export async function listRegions(requests: Requests): Promise<readonly string[]> {
  const regions = await readPages(requests, 'ec2:DescribeRegions', async () => {
    const page = await requests.client.send(new DescribeRegionsCommand({}));
    return { items: page.Regions, next: undefined };
  });
  return regions.flatMap(({ RegionName }) => RegionName ?? []);
}
