import { NO_OTHER_CASE } from './ours.js';
import { all, inAccount, inAnyAccount, PLACE, withoutAccount, type Conditions, type Grant } from './policy.js';

export const WHERE = { 'aws:RequestedRegion': PLACE.regions } as const;

/** An action that launches, and the tags that mark its machines. */
interface Launcher {
  /** Before each purpose: `start: `. */
  readonly who: string;
  /** The tags that everything is launched with, as conditions. */
  readonly mark: Conditions;
  /** The tags in words. */
  readonly marked: string;
  /** Resources that are launched with a machine and carry the tags, too. */
  readonly parts: readonly string[];
  readonly partsPurpose: string;
}

/** The EC2 requests of every preflight. */
export function preflightActions(who: string): Grant['actions'] {
  return {
    'ec2:DescribeImages': `${who}whether the image fits the machine, and its root volume`,
    'ec2:DescribeInstanceTypes': `${who}which of the types the region has, with their architecture and markets`,
    'ec2:DescribeSecurityGroups': `${who}whether the groups are in the subnets' network`,
    'ec2:DescribeSubnets': `${who}whether the subnets exist, and in which network`,
  };
}

/** Permission to launch machines that carry the tags from the launching call on, and no others. */
export function launchMarked({ who, mark, marked, parts, partsPurpose }: Launcher): readonly Grant[] {
  return [
    {
      sid: 'ReadImageParameters',
      actions: { 'ssm:GetParameters': `${who}which image a preset means` },
      resources: [...inAccount('ssm', 'parameter/ci-actions/ami/*'), ...inAnyAccount('ssm', 'parameter/aws/service/*')],
      on: "this suite's parameters and AWS's public ones. For `resolve:ssm:/your/path`, add yours",
    },
    {
      sid: 'LaunchFrom',
      actions: { 'ec2:RunInstances': `${who}the image, network, groups and key of a machine` },
      resources: [
        ...withoutAccount('ec2', 'image/*'),
        // Another account may share a network with this one. The ARNs then have the number of its owner.
        ...inAnyAccount('ec2', 'subnet/*', 'security-group/*'),
        ...inAccount('ec2', 'key-pair/*'),
      ],
      conditions: { StringLike: WHERE },
      on: 'any image, subnet, security group and key pair, in your regions. No snapshot',
    },
    {
      sid: 'LaunchMarkedMachines',
      actions: { 'ec2:RunInstances': `${who}the machine itself` },
      resources: inAccount('ec2', 'instance/*'),
      conditions: all(mark, {
        StringLike: { ...WHERE, 'ec2:InstanceType': PLACE.instanceTypes },
        StringEquals: { 'ec2:MetadataHttpTokens': 'required' },
        NumericLessThanEquals: { 'ec2:MetadataHttpPutResponseHopLimit': '2' },
      }),
      on: `machines launched with ${marked}, IMDSv2 alone, at most two hops, of your types, in your regions`,
    },
    {
      sid: 'LaunchMarkedParts',
      actions: { 'ec2:RunInstances': `${who}${partsPurpose}` },
      resources: inAccount('ec2', ...parts),
      conditions: all(mark, { StringLike: WHERE }),
      on: `those launched with ${marked}, in your regions`,
    },
    {
      sid: 'MarkAtLaunch',
      actions: { 'ec2:CreateTags': `${who}the tags that RunInstances writes` },
      resources: inAccount('ec2', 'instance/*', ...parts),
      conditions: all(mark, { StringEquals: { 'ec2:CreateAction': 'RunInstances' } }),
      on: 'resources that the same RunInstances creates, and no existing ones',
    },
    NO_OTHER_CASE,
  ];
}
