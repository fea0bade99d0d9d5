import type { Params } from '../query/params.js';
import { applyFilters, cutPage, type FilterFields } from '../query/select.js';
import type { XmlValue } from '../query/xml.js';
import { listImageVolumes } from '../rules/volumes.js';
import { Ec2Error, findAll } from '../world/errors.js';
import type { ImageRecord } from '../world/records.js';
import type { ImageVolume } from '../world/volume-records.js';
import { ACCOUNT } from '../world/seed.js';
import type { Ec2World } from '../world/world.js';
import { renderTags } from './tags.js';

const KIND = { prefix: 'ami-', code: 'InvalidAMIID', noun: 'image id' };

/** @throws Ec2Error `InvalidAMIID.NotFound`, also for a deregistered image, or `.Malformed` */
export function findImages(world: Ec2World, ids: readonly string[]): ImageRecord[] {
  const find = (id: string) => {
    const found = world.images.get(id);
    return found?.state === 'deregistered' ? undefined : found;
  };
  const missing = ids.find((id) => find(id) === undefined && /^ami-[0-9a-f]{8,17}$/.test(id));
  if (missing !== undefined) throw new Ec2Error('InvalidAMIID.NotFound', `The image id '[${missing}]' does not exist`);
  return findAll(ids, find, KIND);
}

const OWNER_ALIASES: Readonly<Record<string, readonly string[]>> = {
  self: [ACCOUNT],
  amazon: ['099720109477', '898082745236', '137112412989'],
};

const FILTERS: FilterFields<ImageRecord> = {
  'image-id': (image) => image.id,
  name: (image) => image.name,
  state: (image) => image.state,
  architecture: (image) => image.architecture,
  'owner-id': (image) => image.ownerId,
  'creation-date': (image) => image.createdAt,
  'root-device-name': (image) => image.rootDeviceName,
  'root-device-type': () => 'ebs',
  'virtualization-type': () => 'hvm',
  'image-type': () => 'machine',
  'is-public': (image) => `${isPublic(image)}`,
  platform: (image) => image.platform,
};

export function describeImages(world: Ec2World, params: Params): { [element: string]: XmlValue } {
  const ids = params.list('ImageId');
  const owners = params.list('Owner').flatMap((owner) => OWNER_ALIASES[owner] ?? [owner]);
  const hidden = ['deregistered', ...(params.flag('IncludeDisabled') ? [] : ['disabled'])];
  const existing = [...world.images.values()].filter((image) => !hidden.includes(image.state));
  const requested = ids.length > 0 ? findImages(world, ids) : existing;
  const owned = owners.length > 0 ? requested.filter((image) => owners.includes(image.ownerId)) : requested;
  const page = cutPage(applyFilters(owned, params, FILTERS), params, { min: 1, max: 1000 });
  return { imagesSet: page.items.map(renderImage), nextToken: page.nextToken };
}

export function isPublic(image: ImageRecord): boolean {
  return image.ownerId !== ACCOUNT;
}

function renderImage(image: ImageRecord): XmlValue {
  return {
    imageId: image.id,
    imageLocation: `${image.ownerId}/${image.name}`,
    imageState: image.state,
    imageOwnerId: image.ownerId,
    creationDate: image.createdAt,
    isPublic: isPublic(image),
    architecture: image.architecture,
    imageType: 'machine',
    platform: image.platform,
    platformDetails: image.platform === 'windows' ? 'Windows' : 'Linux/UNIX',
    usageOperation: 'RunInstances',
    name: image.name,
    rootDeviceType: 'ebs',
    rootDeviceName: image.rootDeviceName,
    blockDeviceMapping: [
      ...listImageVolumes(image).map(renderVolume),
      // Real Ubuntu images have such a mapping without a volume.
      ...(image.rootDeviceName === '/dev/sda1' ? [{ deviceName: '/dev/sdb', virtualName: 'ephemeral0' }] : []),
    ],
    virtualizationType: 'hvm',
    hypervisor: 'xen',
    enaSupport: image.enaSupport === false ? undefined : true,
    sriovNetSupport: 'simple',
    bootMode: image.bootMode === 'unset' ? undefined : (image.bootMode ?? 'uefi-preferred'),
    tpmSupport: image.tpmSupport,
    imdsSupport: 'v2.0',
    deprecationTime: image.deprecatedFrom,
    stateReason: image.stateReason && { ...image.stateReason },
    tagSet: isPublic(image) ? [] : renderTags(image.tags),
  };
}

function renderVolume({ device, sizeGiB, type, ...volume }: ImageVolume): XmlValue {
  const { snapshotId, iops, throughput, encrypted = false, deleteOnTermination } = volume;
  return {
    deviceName: device,
    ebs: { snapshotId, volumeSize: sizeGiB, deleteOnTermination, volumeType: type, iops, throughput, encrypted },
  };
}
