import { seed, startSandbox } from '../../sandbox/sandbox.js';
import { ACCOUNT, listAsks, type Ask } from './iam.asks.js';
import { leaveBehind } from './iam.scenarios.js';

export const TAG = 'ci-actions:repository';

type Fields = Readonly<Record<string, string>>;

/** What somebody would do with a role, and which of the permissions that it takes IAM refuses. */
export type Misuse = readonly [title: string, asks: readonly Ask[], refused: readonly string[]];

/** An account in which several repositories have machines, each with its volume and spot request. */
export async function createAccount() {
  const sandbox = await startSandbox({ machines: false });
  const leave = (tags: Fields) => leaveBehind(sandbox, tags);
  return {
    leave,
    ours: await leave({ [TAG]: 'octo-org/octo-repo' }),
    theirs: await leave({ [TAG]: 'octo-org/other-repo' }),
    alike: await leave({ [TAG]: 'octo-org/octo-repo-2' }),
    nobodys: await leave({ Name: 'database' }),
    /** What a request of EC2's Query API takes. */
    ec2: (operation: string, fields: Fields): Ask[] =>
      listAsks({ service: 'ec2', operation, body: new URLSearchParams(fields).toString() }, sandbox.ec2),
    ssm: (operation: string, input: object): Ask[] =>
      listAsks({ service: 'ssm', operation, body: JSON.stringify(input) }, sandbox.ec2),
    close: () => sandbox.close(),
  };
}

/** One permission by itself, for what the sandbox does not know. */
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

/** The same in a region that was not allowed. */
export function elsewhere(asks: readonly Ask[]): Ask[] {
  return asks.map((one) => ({
    ...one,
    resource: one.resource.replace('us-east-1', 'eu-west-3'),
    context: { ...one.context, 'aws:RequestedRegion': 'eu-west-3' },
  }));
}

/** The fields of a TagSpecification. */
export function tagged(kind: string, tags: Fields, at = 1): Fields {
  const fields = Object.entries(tags).flatMap(([key, value], index) => [
    [`TagSpecification.${at}.Tag.${index + 1}.Key`, key],
    [`TagSpecification.${at}.Tag.${index + 1}.Value`, value],
  ]);
  return { [`TagSpecification.${at}.ResourceType`]: kind, ...Object.fromEntries(fields) };
}

/** A RunInstances as this suite sends it, in its parts. */
export const launch = {
  bare: { ImageId: seed.OUR_AMD64_IMAGE, InstanceType: 't3.xlarge', SubnetId: seed.SUBNET_A },
  imdsV2: { 'MetadataOptions.HttpTokens': 'required', 'MetadataOptions.HttpPutResponseHopLimit': '2' },
  tags: (repository: string): Fields => ({
    ...tagged('instance', { [TAG]: repository }, 1),
    ...tagged('volume', { [TAG]: repository }, 2),
    ...tagged('network-interface', { [TAG]: repository }, 3),
  }),
};

export const properLaunch: Fields = { ...launch.bare, ...launch.imdsV2, ...launch.tags('octo-org/octo-repo') };

/** A launch of ours, with these tags on all that it makes. */
export function taggedLaunch(tags: Fields): Fields {
  return {
    ...launch.bare,
    ...launch.imdsV2,
    ...tagged('instance', tags, 1),
    ...tagged('volume', tags, 2),
    ...tagged('network-interface', tags, 3),
  };
}
