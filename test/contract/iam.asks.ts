import { Params } from '../../sandbox/ec2/query/params.js';
import type { Ec2World } from '../../sandbox/ec2/world/world.js';
import type { RecordedRequest, Sandbox } from '../../sandbox/sandbox.js';
import { ACCOUNT, arn, baseName, prefix, readRequestTags, readTagSpecifications, type Ask } from './iam.arns.js';
import { describeChange, describeMachine } from './iam.changes.js';
import { listCreateVolumeAsks, listMade } from './iam.volume-asks.js';

export { ACCOUNT, type Ask } from './iam.arns.js';

/** A short form for tables, such as `ec2:RunInstances on volume`. */
export function describeAsk({ action, resource }: Ask): string {
  return resource === '*' ? action : `${action} on ${/^arn:aws:\w+:[^:]*:\d*:([\w-]+)/.exec(resource)?.[1]}`;
}

/** Collects the permissions that a sandbox's AWS requests need, in the state in which each request arrives. */
export function collectAsks(sandbox: Sandbox): readonly Ask[] {
  const asks: Ask[] = [];
  sandbox.intercept = ({ index }) => {
    const request = sandbox.requests[index]!;
    if (request.service !== 'github') asks.push(...listAsks(request, sandbox.ec2));
    return undefined;
  };
  return asks;
}

export type AwsRequest = Pick<RecordedRequest, 'service' | 'operation' | 'body'> & Partial<RecordedRequest>;

/**
 * Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon EC2"; for RunInstances
 * also the EC2 user guide, "Grant permission to tag Amazon EC2 resources during creation".
 */
export function listAsks(request: AwsRequest, world: Ec2World): Ask[] {
  const scope = /Credential=[^/]+\/\d+\/([^/]+)\//.exec(request.headers?.['authorization'] ?? '')?.[1];
  const region = scope ?? world.region;
  const asks =
    request.service === 'ssm'
      ? listSsmAsks(request, region)
      : listEc2Asks(request, { world: world.regions.get(region) ?? world, region });
  return asks.map((ask) => ({ ...ask, context: { 'aws:RequestedRegion': region, ...ask.context } }));
}

function listSsmAsks({ operation, body }: AwsRequest, region: string): Ask[] {
  const { Name, Names } = JSON.parse(body) as { Name?: string; Names?: readonly string[] };
  return (Names ?? [Name ?? '']).map((name) => {
    // The ARNs of AWS's public parameters have no account, but the simulator requires one.
    const resource = `arn:aws:ssm:${region}:${ACCOUNT}:parameter/${name.replace(/^\//, '')}`;
    return { action: `ssm:${operation}`, resource, context: {} };
  });
}

interface Place {
  readonly world: Ec2World;
  readonly region: string;
}

/** The parameters that name existing resources. */
const TARGETS = ['InstanceId', 'VolumeId', 'SpotInstanceRequestId', 'ResourceId', 'ImageId', 'SnapshotId'];
/** The kinds of resources, by the prefix of their ids. */
const KINDS: Readonly<Record<string, string>> = {
  i: 'instance',
  vol: 'volume',
  sir: 'spot-instances-request',
  ami: 'image',
  snap: 'snapshot',
};

function listEc2Asks({ operation, body }: AwsRequest, place: Place): Ask[] {
  const params = Params.parse(body);
  const action = `ec2:${operation}`;
  const tagsOf = (id: string) => prefix('aws:ResourceTag/', findTags(place.world, id));
  if (operation === 'RunInstances') return listLaunchAsks(params, place.region, tagsOf);
  if (operation === 'CopyImage') return listCopyAsks(params, place.region);
  if (operation === 'CreateVolume') return listCreateVolumeAsks(params, place.region, tagsOf);
  // These operations have no resources.
  if (operation.startsWith('Describe')) return [{ action, resource: '*', context: {} }];
  const ids = TARGETS.flatMap((name) => [...params.list(name), ...[params.text(name) ?? []].flat()]);
  // A detachment that names no instance is still one from the instance.
  const holder = place.world.volumes.get(params.text('VolumeId') ?? '')?.attachment?.instanceId;
  if (operation === 'DetachVolume' && holder !== undefined && !ids.includes(holder)) ids.push(holder);
  const asked = ids.map((id) => ({
    action,
    resource: arn(place.region, KINDS[id.split('-')[0]!]!, id),
    context: {
      ...prefix('aws:ResourceTag/', findTags(place.world, id)),
      ...readRequestTags(params),
      ...describeMachine(place.world, id),
      ...(operation === 'ModifyInstanceAttribute' && describeChange(body)),
    },
  }));
  // An instance's new security groups are resources of the same request.
  for (const id of operation === 'ModifyInstanceAttribute' ? params.list('GroupId') : []) {
    asked.push({ action, resource: arn(place.region, 'security-group', id), context: {} });
  }
  if (operation === 'CreateSnapshot') asked.push(...listMade('snapshot', { action, params, region: place.region }));
  const image = params.flag('DeleteAssociatedSnapshots')
    ? place.world.images.get(params.require('ImageId'))
    : undefined;
  if (!image) return asked;
  const context = prefix('aws:ResourceTag/', findTags(place.world, image.snapshotId));
  return [
    ...asked,
    { action: 'ec2:DeleteSnapshot', resource: arn(place.region, 'snapshot', image.snapshotId), context },
  ];
}

/** The permissions for the original, for the copy, and for its tags. Copied tags are not part of the request. */
function listCopyAsks(params: Params, region: string): Ask[] {
  const action = 'ec2:CopyImage';
  const original = { action, resource: arn(region, 'image', params.require('SourceImageId')), context: {} };
  const tags = readTagSpecifications(params);
  const made = ['image', 'snapshot'].flatMap((kind): Ask[] => {
    const resource = arn(region, kind, 'new');
    const marks = tags.get(kind) ?? {};
    const isTagged = tags.has(kind) || (kind === 'image' && params.flag('CopyImageTags'));
    const marking = { action: 'ec2:CreateTags', resource, context: { ...marks, 'ec2:CreateAction': 'CopyImage' } };
    return [{ action, resource, context: marks }, ...(isTagged ? [marking] : [])];
  });
  return [original, ...made];
}

function findTags(world: Ec2World, id: string): ReadonlyMap<string, string> {
  const kinds = [world.instancesById, world.volumes, world.spotRequests, world.images, world.snapshots];
  return kinds.map((things) => things.get(id)?.tags).find((tags) => tags !== undefined) ?? new Map();
}

function listLaunchAsks(params: Params, region: string, tagsOf: (id: string) => Ask['context']): Ask[] {
  const action = 'ec2:RunInstances';
  const tags = readTagSpecifications(params);
  const isSpot = params.text('InstanceMarketOptions.MarketType') === 'spot';
  const used = (kind: string, id: string | undefined): Ask[] =>
    id === undefined ? [] : [{ action, resource: arn(region, kind, id), context: {} }];
  const made = (kind: string, context: Ask['context'] = {}): Ask[] => {
    const resource = arn(region, kind, 'new');
    const marks = tags.get(kind) ?? {};
    const marking = { action: 'ec2:CreateTags', resource, context: { ...marks, 'ec2:CreateAction': 'RunInstances' } };
    return [{ action, resource, context: { ...marks, ...context } }, ...(tags.has(kind) ? [marking] : [])];
  };
  const groups = params.list('SecurityGroupId');
  const card = params.structures('NetworkInterface')[0]?.text('NetworkInterfaceId');
  return [
    ...used('image', params.require('ImageId')),
    ...used('subnet', params.text('SubnetId') ?? 'subnet-default'),
    ...(groups.length > 0 ? groups : ['sg-default']).flatMap((id) => used('security-group', id)),
    ...used('key-pair', params.text('KeyName')),
    ...params.structures('BlockDeviceMapping').flatMap((one) =>
      used('snapshot', one.text('Ebs.SnapshotId')).map((ask) => ({
        ...ask,
        context: tagsOf(one.text('Ebs.SnapshotId')!),
      })),
    ),
    ...made('instance', readInstanceFacts(params)),
    ...(card === undefined ? made('network-interface') : used('network-interface', card)),
    ...made('volume'),
    ...(isSpot ? made('spot-instances-request') : []),
    ...listPassRole(params),
  ];
}

/** Parameters that the caller leaves out have EC2's defaults: both versions of IMDS, a hop limit of one. */
function readInstanceFacts(params: Params): Ask['context'] {
  const profile = params.text('IamInstanceProfile.Arn') ?? params.text('IamInstanceProfile.Name');
  return {
    'ec2:InstanceType': params.text('InstanceType') ?? 'm1.small',
    'ec2:MetadataHttpTokens': params.text('MetadataOptions.HttpTokens') ?? 'optional',
    'ec2:MetadataHttpPutResponseHopLimit': params.text('MetadataOptions.HttpPutResponseHopLimit') ?? '1',
    'ec2:InstanceMarketType': params.text('InstanceMarketOptions.MarketType') ?? 'on-demand',
    ...(profile && { 'ec2:InstanceProfile': `arn:aws:iam::${ACCOUNT}:instance-profile/${baseName(profile)}` }),
  };
}

/** In the template the profile and its role have the same name. */
function listPassRole(params: Params): Ask[] {
  const profile = params.text('IamInstanceProfile.Arn') ?? params.text('IamInstanceProfile.Name');
  if (profile === undefined) return [];
  const resource = `arn:aws:iam::${ACCOUNT}:role/${baseName(profile)}`;
  return [{ action: 'iam:PassRole', resource, context: { 'iam:PassedToService': 'ec2.amazonaws.com' } }];
}
