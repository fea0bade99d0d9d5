import type { Params } from '../query/params.js';
import { applyFilters, cutPage } from '../query/select.js';
import type { XmlValue } from '../query/xml.js';
import { Ec2Error, refuseMissing } from '../world/errors.js';
import type { Tags } from '../world/records.js';
import type { Ec2World } from '../world/world.js';

/** Source: EC2 user guide, "Tag your Amazon EC2 resources", tag restrictions. */
const KEY_LIMIT = 128;
const VALUE_LIMIT = 256;
const TAG_LIMIT = 50;

/** Reads `NAME.N.Key` and `NAME.N.Value`, and checks them as EC2 does. */
export function readTags(params: Params, name = 'Tag'): Tags {
  const tags: Tags = new Map();
  for (const tag of params.structures(name)) {
    const key = tag.text('Key');
    const value = tag.text('Value') ?? '';
    if (key === undefined) throw new Ec2Error('InvalidParameterValue', 'Tag key cannot be empty.');
    checkTag(key, value);
    if (tags.has(key)) throw new Ec2Error('InvalidParameterValue', `Duplicate tag key '${key}' specified.`);
    tags.set(key, value);
  }
  checkCount(tags);
  return tags;
}

function checkTag(key: string, value: string): void {
  const refuse = (why: string) => new Ec2Error('InvalidParameterValue', why);
  if (/^aws:/i.test(key)) {
    const why = "Tag keys starting with 'aws:' are reserved for internal use";
    throw refuse(`Value ( ${key} ) for parameter key is invalid. ${why}`);
  }
  if (key.length > KEY_LIMIT) throw refuse(`Tag key exceeds the maximum length of ${KEY_LIMIT} characters`);
  if (value.length > VALUE_LIMIT) throw refuse(`Tag value exceeds the maximum length of ${VALUE_LIMIT} characters`);
}

function checkCount(tags: Tags): void {
  const own = [...tags.keys()].filter((key) => !key.startsWith('aws:'));
  if (own.length <= TAG_LIMIT) return;
  throw new Ec2Error('TagLimitExceeded', 'The maximum number of Tags for a resource has been reached.');
}

const LAUNCHABLE = ['instance', 'volume', 'network-interface', 'spot-instances-request'];

/** RunInstances' `TagSpecification.N`. */
export function readLaunchTags(params: Params, market: 'on-demand' | 'spot'): ReadonlyMap<string, Tags> {
  const byKind = readTagSpecifications(params, LAUNCHABLE);
  if (!byKind.has('spot-instances-request') || market === 'spot') return byKind;
  const why = 'if there are no Spot instances requests being created by the request.';
  throw new Ec2Error('InvalidParameterCombination', `You cannot specify tags for Spot instances requests ${why}`);
}

/** The tags by kind of resource, for an operation that creates these kinds. */
export function readTagSpecifications(params: Params, kinds: readonly string[]): ReadonlyMap<string, Tags> {
  const byKind = new Map<string, Tags>();
  for (const specification of params.structures('TagSpecification')) {
    const kind = specification.text('ResourceType');
    if (kind === undefined) throw refuseMissing('ResourceType');
    if (!kinds.includes(kind)) {
      const why = `'${kind}' is not a valid taggable resource type for this operation.`;
      throw new Ec2Error('InvalidParameterValue', why);
    }
    if (byKind.has(kind)) {
      throw new Ec2Error(
        'InvalidParameterValue',
        `The same resource type may not be specified more than once: ${kind}`,
      );
    }
    byKind.set(kind, readTags(specification));
  }
  return byKind;
}

export function renderTags(tags: Tags): XmlValue {
  return [...tags].map(([key, value]) => ({ key, value }));
}

interface Resource {
  readonly id: string;
  readonly kind: string;
  readonly tags: Tags;
}

function listResources(world: Ec2World): Resource[] {
  const kinds = {
    instance: world.instancesById,
    // A network interface ends with its instance.
    'network-interface': new Map(
      world
        .instances()
        .filter(({ state }) => state !== 'terminated')
        .map(({ networkInterface }) => [networkInterface.id, networkInterface]),
    ),
    volume: world.volumes,
    'spot-instances-request': world.spotRequests,
    image: world.images,
    snapshot: world.snapshots,
    'launch-template': world.launchTemplates,
    subnet: world.subnets,
    'security-group': world.securityGroups,
    vpc: world.vpcs,
  };
  return Object.entries(kinds).flatMap(([kind, things]) =>
    [...things.values()].map(({ id, tags }) => ({ id, kind, tags })),
  );
}

function findResources(world: Ec2World, params: Params): Resource[] {
  const ids = params.list('ResourceId');
  if (ids.length === 0) throw refuseMissing('resourceIdSet');
  const all = listResources(world);
  return ids.map((id) => {
    const resource = all.find((candidate) => candidate.id === id);
    if (resource) return resource;
    throw refuseUnknown(id);
  });
}

const UNKNOWN: Readonly<Record<string, [code: string, noun: string]>> = {
  vol: ['InvalidVolume.NotFound', 'volume'],
  snap: ['InvalidSnapshot.NotFound', 'snapshot'],
};

function refuseUnknown(id: string): Ec2Error {
  const [code, noun] = UNKNOWN[id.split('-')[0] ?? ''] ?? [];
  if (code !== undefined) return new Ec2Error(code, `The ${noun} '${id}' does not exist.`);
  return new Ec2Error(id.startsWith('i-') ? 'InvalidInstanceID.NotFound' : 'InvalidID', `The ID '${id}' is not valid`);
}

export function createTags(world: Ec2World, params: Params): { [element: string]: XmlValue } {
  const tags = readTags(params);
  const resources = findResources(world, params);
  for (const resource of resources) checkCount(new Map([...resource.tags, ...tags]));
  for (const resource of resources) for (const [key, value] of tags) resource.tags.set(key, value);
  return { return: true };
}

/** Removes a key of any value, or only with the given value. Without keys, removes all tags. */
export function deleteTags(world: Ec2World, params: Params): { [element: string]: XmlValue } {
  const wanted = params.structures('Tag').map((tag) => ({ key: tag.require('Key'), value: tag.text('Value') }));
  for (const { tags } of findResources(world, params)) {
    if (wanted.length === 0) tags.clear();
    for (const { key, value } of wanted) if (value === undefined || tags.get(key) === value) tags.delete(key);
  }
  return { return: true };
}

export function describeTags(world: Ec2World, params: Params): { [element: string]: XmlValue } {
  const entries = listResources(world).flatMap(({ id, kind, tags }) =>
    [...tags].map(([key, value]) => ({ id, kind, key, value, tags: new Map([[key, value]]) })),
  );
  const found = applyFilters(entries, params, {
    key: (entry) => entry.key,
    value: (entry) => entry.value,
    'resource-id': (entry) => entry.id,
    'resource-type': (entry) => entry.kind,
  });
  const page = cutPage(found, params, { min: 5, max: 1000 });
  const tagSet = page.items.map(({ id, kind, key, value }) => ({ resourceId: id, resourceType: kind, key, value }));
  return { tagSet, nextToken: page.nextToken };
}
