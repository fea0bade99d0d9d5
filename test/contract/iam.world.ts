import { seed } from '../../sandbox/sandbox.js';
import { launch as launchInstance, startAws, type AwsSandbox } from '../worlds/sandbox/aws.js';
import { ACCOUNT, listAsks, type Ask } from './iam.asks.js';

export const TAG = 'ci-actions:repository';
export const OURS = 'octo-org/octo-repo';

type Fields = Readonly<Record<string, string>>;

/** An account in which several repositories have instances, each with a volume and a spot request. */
export async function createAccount() {
  const aws = await startAws();
  const { sandbox } = aws;
  /** What a request of EC2's Query API needs. */
  const ec2 = (operation: string, fields: Fields): Ask[] =>
    listAsks({ service: 'ec2', operation, body: new URLSearchParams(fields).toString() }, sandbox.ec2);
  const ssm = (operation: string, input: object): Ask[] =>
    listAsks({ service: 'ssm', operation, body: JSON.stringify(input) }, sandbox.ec2);
  const place = (tags: Fields) => placeInstance(aws, tags);
  return {
    place,
    sandbox,
    ours: await place({ [TAG]: OURS }),
    theirs: await place({ [TAG]: 'octo-org/other-repo' }),
    /** Of a repository whose name begins like ours. */
    alike: await place({ [TAG]: `${OURS}-2` }),
    untagged: await place({ Name: 'database' }),
    ec2,
    ssm,
    terminate: (...ids: readonly string[]) =>
      ec2('TerminateInstances', Object.fromEntries(ids.map((id, index) => [`InstanceId.${index + 1}`, id]))),
    start: (id: string) => ec2('StartInstances', { 'InstanceId.1': id }),
    modify: (id: string, fields: Fields) => ec2('ModifyInstanceAttribute', { InstanceId: id, ...fields }),
    tag: (id: string, tags: Fields) => ec2('CreateTags', { 'ResourceId.1': id, ...listTags('Tag', tags) }),
    launch: (fields: Fields) => ec2('RunInstances', fields),
    close: () => aws.close(),
  };
}

export type Account = Awaited<ReturnType<typeof createAccount>>;

/** Launches a spot instance with these tags, and detaches its volume. @returns the ids of all three */
async function placeInstance({ ec2, sandbox }: AwsSandbox, tags: Fields) {
  const kinds = ['instance', 'volume', 'spot-instances-request'] as const;
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  const { id } = await launchInstance(ec2, {
    InstanceMarketOptions: { MarketType: 'spot' },
    TagSpecifications: kinds.map((ResourceType) => ({ ResourceType, Tags })),
  });
  const volume = [...sandbox.ec2.volumes.values()].at(-1)!;
  delete volume.attachment;
  return { instance: id, volume: volume.id, spotRequest: sandbox.ec2.instance(id).spotRequestId! };
}

/** One permission by itself, for calls that the sandbox does not implement. */
export function ask(action: string, resource: string, context: Ask['context'] = {}): Ask[] {
  return [{ action, resource, context: { 'aws:RequestedRegion': 'us-east-1', ...context } }];
}

export const arn = {
  instance: (id: string) => `arn:aws:ec2:us-east-1:${ACCOUNT}:instance/${id}`,
  role: (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`,
  document: (name: string) => `arn:aws:ssm:us-east-1:${ACCOUNT}:document/${name}`,
  image: `arn:aws:ec2:us-east-1::image/${seed.OUR_AMD64_IMAGE}`,
  snapshot: 'arn:aws:ec2:us-east-1::snapshot/snap-0123456789abcdef0',
};

/** The same permissions in a region that the policies do not allow. */
export function elsewhere(asks: readonly Ask[]): Ask[] {
  return asks.map((one) => ({
    ...one,
    resource: one.resource.replace('us-east-1', 'eu-west-3'),
    context: { ...one.context, 'aws:RequestedRegion': 'eu-west-3' },
  }));
}

/** The fields of a TagSpecification for each of these kinds of resource. */
export function tagsOn(kinds: readonly string[], tags: Fields): Fields {
  const specifications = kinds.map((kind, index) => ({
    [`TagSpecification.${index + 1}.ResourceType`]: kind,
    ...listTags(`TagSpecification.${index + 1}.Tag`, tags),
  }));
  return Object.assign({}, ...specifications) as Fields;
}

function listTags(parameter: string, tags: Fields): Fields {
  const fields = Object.entries(tags).flatMap(([key, value], index) => [
    [`${parameter}.${index + 1}.Key`, key],
    [`${parameter}.${index + 1}.Value`, value],
  ]);
  return Object.fromEntries(fields) as Fields;
}

export const BARE_LAUNCH = { ImageId: seed.OUR_AMD64_IMAGE, InstanceType: 't3.xlarge', SubnetId: seed.SUBNET_A };
export const IMDS_V2 = { 'MetadataOptions.HttpTokens': 'required', 'MetadataOptions.HttpPutResponseHopLimit': '2' };
export const CREATED_KINDS = ['instance', 'network-interface', 'volume'] as const;

/** A RunInstances as start-runner and fill-pool send it, with these tags on everything that it creates. */
export function taggedLaunch(tags: Fields): Fields {
  return { ...BARE_LAUNCH, ...IMDS_V2, ...tagsOn(CREATED_KINDS, tags) };
}

export const properLaunch: Fields = taggedLaunch({ [TAG]: OURS });
