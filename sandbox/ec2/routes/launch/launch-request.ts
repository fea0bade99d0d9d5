import type { Params } from '../../query/params.js';
import { refuseUnfit } from '../../rules/image-fit.js';
import type { VolumeRequest } from '../../rules/volumes.js';
import { Ec2Error, refuseMissing, refuseUnmodeled, refuseValue } from '../../world/errors.js';
import { findInstanceType, type InstanceType } from '../../world/instance-types.js';
import type { ImageRecord, MetadataOptions, SecurityGroupRecord, SubnetRecord, Tags } from '../../world/records.js';
import { INSTANCE_PROFILE, KEY_PAIR } from '../../world/seed.js';
import type { Ec2World } from '../../world/world.js';
import { resolveImageAlias } from '../image-alias.js';
import { findImages } from '../images.js';
import { findSecurityGroups, findSubnets } from '../network.js';
import { readLaunchTags } from '../tags.js';
import { readBlockDevices } from './block-devices.js';

/** A RunInstances request that EC2 would accept if there is capacity. */
export interface LaunchRequest {
  readonly image: ImageRecord;
  readonly type: InstanceType;
  /** The subnets to try, best first: the named one, or all default subnets. */
  readonly subnets: readonly SubnetRecord[];
  readonly groups: readonly SecurityGroupRecord[];
  readonly market: 'on-demand' | 'spot';
  readonly maxPrice: string | undefined;
  readonly count: { readonly min: number; readonly max: number };
  readonly volumes: readonly VolumeRequest[];
  readonly tags: ReadonlyMap<string, Tags>;
  readonly userData: Buffer | undefined;
  readonly metadata: MetadataOptions;
  readonly shutdownBehavior: 'stop' | 'terminate';
  readonly protectedFromTermination: boolean;
  readonly keyName: string | undefined;
  readonly instanceProfile: string | undefined;
}

/** Source of the limit: EC2 API reference, RunInstances `UserData`. */
const USER_DATA_LIMIT = 16_384;

/** @throws Ec2Error in EC2's words for the first error in the request */
export function readLaunchRequest(world: Ec2World, params: Params): LaunchRequest {
  const [image] = findImages(world, [resolveImageAlias(world, params.require('ImageId'))]);
  if (!image) throw refuseMissing('ImageId');
  if (image.state !== 'available') {
    throw new Ec2Error('InvalidAMIID.Unavailable', `The image ID '${image.id}' is not available`);
  }
  const type = readType(params, image);
  const market = readMarket(params);
  return {
    image,
    type,
    ...market,
    ...readNetwork(world, params),
    count: readCount(params),
    volumes: readBlockDevices(params, image, world),
    tags: readLaunchTags(params, market.market),
    userData: readUserData(params),
    metadata: readMetadataOptions(params.structure('MetadataOptions')),
    shutdownBehavior: params.choice('InstanceInitiatedShutdownBehavior', ['stop', 'terminate'], 'stop'),
    protectedFromTermination: params.flag('DisableApiTermination') ?? false,
    keyName: readKeyName(params),
    instanceProfile: readInstanceProfile(params.structure('IamInstanceProfile')),
  };
}

function readType(params: Params, image: ImageRecord): InstanceType {
  const name = params.text('InstanceType') ?? 'm1.small';
  const type = findInstanceType(name);
  if (!type) throw new Ec2Error('InvalidParameterValue', `Invalid value '${name}' for InstanceType.`);
  refuseUnfit(type, image);
  return type;
}

function readMarket(params: Params): Pick<LaunchRequest, 'market' | 'maxPrice'> {
  const options = params.structure('InstanceMarketOptions');
  if (options.text('MarketType') === undefined) return { market: 'on-demand', maxPrice: undefined };
  options.choice('MarketType', ['spot'], 'spot');
  const spot = options.structure('SpotOptions');
  spot.allowOnly(['MaxPrice', 'SpotInstanceType', 'InstanceInterruptionBehavior']);
  if (spot.choice('SpotInstanceType', ['one-time', 'persistent'], 'one-time') === 'persistent') {
    throw refuseUnmodeled('persistent spot requests');
  }
  if (spot.choice('InstanceInterruptionBehavior', ['terminate', 'stop', 'hibernate'], 'terminate') !== 'terminate') {
    const why = 'The instance interruption behavior must be terminate for one-time Spot requests.';
    throw new Ec2Error('InvalidParameterCombination', why);
  }
  return { market: 'spot', maxPrice: spot.text('MaxPrice') };
}

function readNetwork(world: Ec2World, params: Params): Pick<LaunchRequest, 'subnets' | 'groups'> {
  const [card, ...others] = params.structures('NetworkInterface');
  if (others.length > 0) throw refuseUnmodeled('more than one network interface');
  card?.allowOnly(['DeviceIndex', 'SubnetId', 'SecurityGroupId', 'AssociatePublicIpAddress', 'DeleteOnTermination']);
  for (const [name, what] of Object.entries({ SubnetId: 'subnet ID', SecurityGroupId: 'security groups' })) {
    if (!card || (params.text(name) === undefined && !params.has(name))) continue;
    const why = `Network interfaces and an instance-level ${what} may not be specified on the same request`;
    throw new Ec2Error('InvalidParameterCombination', why);
  }
  const named = (card ?? params).text('SubnetId');
  const groups = findSecurityGroups(world, (card ?? params).list('SecurityGroupId'));
  const subnets = named === undefined ? findDefaultSubnets(world, params) : findSubnets(world, [named]);
  const [subnet] = subnets;
  const foreign = groups.find((group) => group.vpcId !== subnet?.vpcId);
  if (foreign) {
    const why = `Security group ${foreign.id} and subnet ${subnet?.id} belong to different networks.`;
    throw new Ec2Error('InvalidParameter', why);
  }
  if (groups.length > 0) return { subnets, groups };
  const standard = [...world.securityGroups.values()].find(
    (group) => group.name === 'default' && group.vpcId === subnet?.vpcId,
  );
  return { subnets, groups: standard ? [standard] : [] };
}

function findDefaultSubnets(world: Ec2World, params: Params): SubnetRecord[] {
  const zone = params.structure('Placement').text('AvailabilityZone');
  const subnets = [...world.subnets.values()].filter(
    (subnet) => subnet.isDefault && (zone ?? subnet.zone) === subnet.zone,
  );
  if (subnets.length === 0) {
    const why = 'No subnets found for the default VPC. Please specify a subnet.';
    throw new Ec2Error('MissingInput', why);
  }
  return subnets;
}

function readCount(params: Params): LaunchRequest['count'] {
  const [min, max] = [params.integer('MinCount'), params.integer('MaxCount')];
  if (min === undefined) throw refuseMissing('MinCount');
  if (max === undefined) throw refuseMissing('MaxCount');
  if (min < 1) throw refuseValue(`${min}`, 'minCount', 'Expecting at least 1.');
  if (max < min) throw refuseValue(`${max}`, 'maxCount', 'It must not be smaller than minCount.');
  return { min, max };
}

export function readUserData(params: Params, name = 'UserData'): Buffer | undefined {
  const encoded = params.text(name);
  if (encoded === undefined) return undefined;
  const text = encoded.replace(/\s/g, '');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) {
    throw new Ec2Error('InvalidUserData.Malformed', 'Invalid BASE64 encoding of user data.');
  }
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length > USER_DATA_LIMIT) {
    throw new Ec2Error('InvalidParameterValue', `User data is limited to ${USER_DATA_LIMIT} bytes`);
  }
  return bytes;
}

/** The defaults are those of images with `imdsSupport=v2.0`, as in the seed: token required, two hops. */
function readMetadataOptions(options: Params): MetadataOptions {
  const hopLimit = options.integer('HttpPutResponseHopLimit') ?? 2;
  if (hopLimit < 1 || hopLimit > 64) throw refuseValue(`${hopLimit}`, 'HttpPutResponseHopLimit', 'Expecting 1 to 64.');
  return {
    tokens: options.choice('HttpTokens', ['required', 'optional'], 'required'),
    hopLimit,
    tagsServed: options.choice('InstanceMetadataTags', ['enabled', 'disabled'], 'disabled') === 'enabled',
    enabled: options.choice('HttpEndpoint', ['enabled', 'disabled'], 'enabled') === 'enabled',
  };
}

function readKeyName(params: Params): string | undefined {
  const name = params.text('KeyName');
  if (name === undefined || name === KEY_PAIR) return name;
  throw new Ec2Error('InvalidKeyPair.NotFound', `The key pair '${name}' does not exist`);
}

function readInstanceProfile(profile: Params): string | undefined {
  const arn = profile.text('Arn');
  const name = profile.text('Name') ?? arn?.split('/').at(-1);
  if (name === undefined || name === INSTANCE_PROFILE) return name;
  const parameter = arn === undefined ? 'iamInstanceProfile.name' : 'iamInstanceProfile.arn';
  throw refuseValue(arn ?? name, parameter, 'Invalid IAM Instance Profile name');
}
