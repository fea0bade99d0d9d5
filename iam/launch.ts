import { inAccount, inAnyAccount, PLACE, withoutAccount, type Grant } from './policy.js';

const WHERE = { 'aws:RequestedRegion': PLACE.regions } as const;

/** Who launches, and what tells whose it is. */
interface Launcher {
  /** Before each purpose: `start: `. */
  readonly who: string;
  /** The tags that everything is launched with, as conditions. */
  readonly mark: Readonly<Record<string, string>>;
  /** The same in words. */
  readonly marked: string;
  /** What is launched with a machine and carries the tags, too. */
  readonly parts: readonly string[];
  readonly partsPurpose: string;
}

/** What every preflight asks EC2. */
export function preflightActions(who: string): Grant['actions'] {
  return {
    'ec2:DescribeImages': `${who}whether the image fits the machine, and its root volume`,
    'ec2:DescribeInstanceTypes': `${who}which of the types exist here, with their architecture and markets`,
    'ec2:DescribeSecurityGroups': `${who}whether the groups lie in the subnets’ network`,
    'ec2:DescribeSubnets': `${who}whether the subnets exist, and in which network`,
  };
}

/** To launch machines that carry the tags from the launching call on, and no others. */
export function launchMarked({ who, mark, marked, parts, partsPurpose }: Launcher): readonly Grant[] {
  return [
    {
      sid: 'ReadImageParameters',
      actions: { 'ssm:GetParameters': `${who}which image a preset means` },
      resources: [...inAccount('ssm', 'parameter/ci-actions/ami/*'), ...inAnyAccount('ssm', 'parameter/aws/service/*')],
      on: 'this suite’s parameters and AWS’s public ones. For `resolve:ssm:/your/path`, add yours',
    },
    {
      sid: 'LaunchFrom',
      actions: { 'ec2:RunInstances': `${who}what a machine is made from and put into` },
      resources: [
        ...withoutAccount('ec2', 'image/*'),
        // A network may be shared with this account by another one, whose number its ARNs then carry.
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
      conditions: {
        StringLike: { ...mark, ...WHERE, 'ec2:InstanceType': PLACE.instanceTypes },
        StringEquals: { 'ec2:MetadataHttpTokens': 'required' },
        NumericLessThanEquals: { 'ec2:MetadataHttpPutResponseHopLimit': '2' },
      },
      on: `machines launched with ${marked}, IMDSv2 alone, at most two hops, of your types, in your regions`,
    },
    {
      sid: 'LaunchMarkedParts',
      actions: { 'ec2:RunInstances': `${who}${partsPurpose}` },
      resources: inAccount('ec2', ...parts),
      conditions: { StringLike: { ...mark, ...WHERE } },
      on: `those launched with ${marked}, in your regions`,
    },
    {
      sid: 'MarkAtLaunch',
      actions: { 'ec2:CreateTags': `${who}the tags that RunInstances writes` },
      resources: inAccount('ec2', 'instance/*', ...parts),
      conditions: { StringEquals: { 'ec2:CreateAction': 'RunInstances' }, StringLike: mark },
      on: 'what the same RunInstances makes, and nothing that exists',
    },
  ];
}
