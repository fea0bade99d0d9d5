import { NO_OTHER_CASE } from './ours.js';
import { all, inAccount, inAnyAccount, PLACE, withoutAccount, type Conditions, type Grant } from './policy.js';

export const WHERE = { 'aws:RequestedRegion': PLACE.regions } as const;

/** An action that launches instances, and the tags of what it launches. */
interface Launcher {
  /** The prefix of each purpose, such as `start: `. */
  readonly who: string;
  /** The tags of everything that is launched, as conditions. */
  readonly mark: Conditions;
  /** The tags in words. */
  readonly marked: string;
  /** The resources that are launched with an instance and carry the same tags. */
  readonly parts: readonly string[];
  readonly partsPurpose: string;
}

/** The EC2 requests of every preflight. */
export function preflightActions(who: string): Grant['actions'] {
  return {
    'ec2:DescribeImages': `${who}whether the image fits the machine, and how large its root volume is`,
    'ec2:DescribeInstanceTypes': `${who}which types the region offers, with their architecture and markets`,
    'ec2:DescribeSecurityGroups': `${who}whether the security groups are in the VPC of the subnets`,
    'ec2:DescribeSubnets': `${who}whether the subnets exist, and in which VPC`,
  };
}

/** Allows launches only of instances that get the tags in the launching call. */
export function launchMarked({ who, mark, marked, parts, partsPurpose }: Launcher): readonly Grant[] {
  return [
    ...launchSources(who),
    {
      sid: 'LaunchMarkedMachines',
      actions: { 'ec2:RunInstances': `${who}the machine itself` },
      resources: inAccount('ec2', 'instance/*'),
      conditions: all(mark, {
        StringLike: { ...WHERE, 'ec2:InstanceType': PLACE.instanceTypes },
        StringEquals: { 'ec2:MetadataHttpTokens': 'required' },
        NumericLessThanEquals: { 'ec2:MetadataHttpPutResponseHopLimit': '2' },
      }),
      on: `machines launched with ${marked}, only IMDSv2, at most two hops, of your types, in your regions`,
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
      on: 'what the same RunInstances creates, and nothing that exists already',
    },
    NO_OTHER_CASE,
  ];
}

/** Allows what instances are launched from and into, which carries no tags of ours. */
function launchSources(who: string): readonly Grant[] {
  return [
    {
      sid: 'ReadImageParameters',
      actions: { 'ssm:GetParameters': `${who}the image of a preset` },
      resources: [...inAccount('ssm', 'parameter/ci-actions/ami/*'), ...inAnyAccount('ssm', 'parameter/aws/service/*')],
      on: "the parameters of this suite and AWS's public parameters. For `resolve:ssm:/your/path`, add that path",
    },
    {
      sid: 'LaunchFrom',
      actions: { 'ec2:RunInstances': `${who}what a machine is launched from and into` },
      resources: [
        ...withoutAccount('ec2', 'image/*'),
        // Another account may share its VPC with this account. The ARNs then carry the number of the other account.
        ...inAnyAccount('ec2', 'subnet/*', 'security-group/*'),
        ...inAccount('ec2', 'key-pair/*'),
      ],
      conditions: { StringLike: WHERE },
      on: 'any image, subnet, security group and key pair, in your regions; no snapshot',
    },
  ];
}
