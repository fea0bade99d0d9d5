import type { Params } from '../query/params.js';
import { applyFilters, cutPage, type FilterFields } from '../query/select.js';
import type { XmlValue } from '../query/xml.js';
import { Ec2Error, findAll } from '../world/errors.js';
import type { SecurityGroupRecord, SubnetRecord, VpcRecord } from '../world/records.js';
import { ACCOUNT } from '../world/seed.js';
import type { Ec2World } from '../world/world.js';
import { renderTags } from './tags.js';

type Answer = { [element: string]: XmlValue };
const BOUNDS = { min: 5, max: 1000 };

/** @throws Ec2Error `InvalidSubnetID.NotFound`, which EC2 also answers for a malformed id */
export function findSubnets(world: Ec2World, ids: readonly string[]): SubnetRecord[] {
  const missing = ids.filter((id) => !world.subnets.has(id));
  if (missing.length > 0) {
    const [noun, verb] = missing.length > 1 ? ['IDs', 'do'] : ['ID', 'does'];
    throw new Ec2Error('InvalidSubnetID.NotFound', `The subnet ${noun} '${missing.join(', ')}' ${verb} not exist`);
  }
  return ids.flatMap((id) => world.subnets.get(id) ?? []);
}

export function findSecurityGroups(world: Ec2World, ids: readonly string[]): SecurityGroupRecord[] {
  const malformed = ids.find((id) => !/^sg-([0-9a-f]{8}|[0-9a-f]{17})$/.test(id));
  if (malformed !== undefined) {
    throw new Ec2Error('InvalidGroupId.Malformed', `Invalid id: "${malformed}" (expecting "sg-...")`);
  }
  const missing = ids.find((id) => !world.securityGroups.has(id));
  if (missing !== undefined) {
    throw new Ec2Error('InvalidGroup.NotFound', `The security group '${missing}' does not exist`);
  }
  return ids.flatMap((id) => world.securityGroups.get(id) ?? []);
}

const SUBNET_FILTERS: FilterFields<SubnetRecord> = {
  'subnet-id': (subnet) => subnet.id,
  'vpc-id': (subnet) => subnet.vpcId,
  'availability-zone': (subnet) => subnet.zone,
  'default-for-az': (subnet) => `${subnet.isDefault}`,
  'cidr-block': (subnet) => subnet.cidr,
  state: () => 'available',
};

export function describeSubnets(world: Ec2World, params: Params): Answer {
  const ids = params.list('SubnetId');
  const requested = ids.length > 0 ? findSubnets(world, ids) : [...world.subnets.values()];
  const page = cutPage(applyFilters(requested, params, SUBNET_FILTERS), params, BOUNDS);
  const subnetSet = page.items.map((subnet) => ({
    subnetId: subnet.id,
    subnetArn: `arn:aws:ec2:${world.region}:${ACCOUNT}:subnet/${subnet.id}`,
    state: 'available',
    ownerId: ACCOUNT,
    vpcId: subnet.vpcId,
    cidrBlock: subnet.cidr,
    availableIpAddressCount: subnet.freeAddresses,
    availabilityZone: subnet.zone,
    availabilityZoneId: zoneId(subnet.zone),
    defaultForAz: subnet.isDefault,
    mapPublicIpOnLaunch: subnet.isDefault,
    tagSet: renderTags(subnet.tags),
  }));
  return { subnetSet, nextToken: page.nextToken };
}

const GROUP_FILTERS: FilterFields<SecurityGroupRecord> = {
  'group-id': (group) => group.id,
  'group-name': (group) => group.name,
  'vpc-id': (group) => group.vpcId,
  description: (group) => group.description,
};

export function describeSecurityGroups(world: Ec2World, params: Params): Answer {
  const names = params.list('GroupName');
  const ids = params.list('GroupId');
  const all = [...world.securityGroups.values()];
  const requested = ids.length > 0 ? findSecurityGroups(world, ids) : all;
  const named = names.length > 0 ? requested.filter((group) => names.includes(group.name)) : requested;
  const page = cutPage(applyFilters(named, params, GROUP_FILTERS), params, BOUNDS);
  const securityGroupInfo = page.items.map((group) => ({
    ownerId: ACCOUNT,
    groupId: group.id,
    groupName: group.name,
    groupDescription: group.description,
    vpcId: group.vpcId,
    ipPermissions: [],
    ipPermissionsEgress: [{ ipProtocol: '-1', ipRanges: [{ cidrIp: '0.0.0.0/0' }] }],
    tagSet: renderTags(group.tags),
  }));
  return { securityGroupInfo, nextToken: page.nextToken };
}

const VPC_FILTERS: FilterFields<VpcRecord> = {
  'vpc-id': (vpc) => vpc.id,
  'is-default': (vpc) => `${vpc.isDefault}`,
  cidr: (vpc) => vpc.cidr,
  state: () => 'available',
};

export function describeVpcs(world: Ec2World, params: Params): Answer {
  const ids = params.list('VpcId');
  const kind = { prefix: 'vpc-', code: 'InvalidVpcID', noun: 'vpc ID' };
  const requested = ids.length > 0 ? findAll(ids, (id) => world.vpcs.get(id), kind) : [...world.vpcs.values()];
  const page = cutPage(applyFilters(requested, params, VPC_FILTERS), params, BOUNDS);
  const vpcSet = page.items.map((vpc) => ({
    vpcId: vpc.id,
    ownerId: ACCOUNT,
    state: 'available',
    cidrBlock: vpc.cidr,
    isDefault: vpc.isDefault,
    tagSet: renderTags(vpc.tags),
  }));
  return { vpcSet, nextToken: page.nextToken };
}

/** Regions that every account of the sandbox has enabled. */
export const ENABLED_REGIONS = ['us-east-1', 'us-west-2', 'eu-west-1', 'ap-southeast-1'];

export function describeRegions(world: Ec2World, params: Params): Answer {
  const names = params.list('RegionName');
  const known = [...new Set([world.region, ...ENABLED_REGIONS])];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Ec2Error('InvalidParameterValue', `Invalid region provided: ${unknown}`);
  const regions = (names.length > 0 ? names : known).map((name) => ({ name }));
  const found = applyFilters<{ name: string }>(regions, params, { 'region-name': (region) => region.name });
  const regionInfo = found.map(({ name }) => ({
    regionName: name,
    regionEndpoint: `ec2.${name}.amazonaws.com`,
    optInStatus: 'opt-in-not-required',
  }));
  return { regionInfo };
}

export function describeZones(world: Ec2World, params: Params): Answer {
  const zones = ['a', 'b', 'c'].map((letter) => ({ name: world.region + letter }));
  const names = params.list('ZoneName');
  const unknown = names.find((name) => !zones.some((zone) => zone.name === name));
  if (unknown !== undefined) throw new Ec2Error('InvalidParameterValue', `Invalid availability zone: [${unknown}]`);
  const requested = names.length > 0 ? zones.filter((zone) => names.includes(zone.name)) : zones;
  const found = applyFilters<{ name: string }>(requested, params, {
    'zone-name': (zone) => zone.name,
    'region-name': () => world.region,
    state: () => 'available',
  });
  const availabilityZoneInfo = found.map(({ name }) => ({
    zoneName: name,
    zoneId: zoneId(name),
    zoneState: 'available',
    regionName: world.region,
    zoneType: 'availability-zone',
    optInStatus: 'opt-in-not-required',
  }));
  return { availabilityZoneInfo };
}

/** `us-east-1a` is always `use1-az1` here. On AWS the mapping differs by account. */
export function zoneId(zone: string): string {
  const [, area = '', direction = '', number = '', letter = 'a'] = /^(\w+)-(\w)\w*-(\d)(\w)$/.exec(zone) ?? [];
  return `${area}${direction}${number}-az${letter.charCodeAt(0) - 'a'.charCodeAt(0) + 1}`;
}
