import { IS_OURS, MARKED_AS_OURS } from './ours.js';
import { inAccount, inAnyAccount, PLACE, withoutAccount, type Policy } from './policy.js';

const WHERE = { 'aws:RequestedRegion': PLACE.regions } as const;

/** What start-runner, its post step and stop-runner need: nothing here is needed only sometimes. */
export const startStop: Policy = {
  title: 'start-runner and stop-runner',
  grants: [
    {
      sid: 'Look',
      actions: {
        'ec2:DescribeImages': 'start: whether the image fits the machine, and its root volume',
        'ec2:DescribeInstanceTypes': 'start: which of the types exist here, with their architecture and markets',
        'ec2:DescribeInstances': 'start: whether a machine still lives; stop: which machines are this run’s, by tag',
        'ec2:DescribeRegions': 'stop: where else to look when a machine is missing',
        'ec2:DescribeSecurityGroups': 'start: whether the groups lie in the subnets’ network',
        'ec2:DescribeSubnets': 'start: whether the subnets exist, and in which network',
      },
      resources: ['*'],
      on: 'everything: AWS knows no narrower permission for these',
    },
    {
      sid: 'ReadImageParameters',
      actions: { 'ssm:GetParameters': 'start: which image a preset means' },
      resources: [...inAccount('ssm', 'parameter/ci-actions/ami/*'), ...inAnyAccount('ssm', 'parameter/aws/service/*')],
      on: 'this suite’s parameters and AWS’s public ones. For `resolve:ssm:/your/path`, add yours',
    },
    {
      sid: 'LaunchFrom',
      actions: { 'ec2:RunInstances': 'start: what a machine is made from and put into' },
      resources: [
        ...withoutAccount('ec2', 'image/*'),
        // A network may be shared with this account by another one, whose number its ARNs then carry.
        ...inAnyAccount('ec2', 'subnet/*', 'security-group/*'),
        ...inAccount('ec2', 'network-interface/*', 'key-pair/*'),
      ],
      conditions: { StringLike: WHERE },
      on: 'any image, subnet, security group, network interface and key pair, in your regions. No snapshot',
    },
    {
      sid: 'LaunchMarkedMachines',
      actions: { 'ec2:RunInstances': 'start: the machine itself' },
      resources: inAccount('ec2', 'instance/*'),
      conditions: {
        StringLike: { ...MARKED_AS_OURS, ...WHERE, 'ec2:InstanceType': PLACE.instanceTypes },
        StringEquals: { 'ec2:MetadataHttpTokens': 'required' },
        NumericLessThanEquals: { 'ec2:MetadataHttpPutResponseHopLimit': '2' },
      },
      on: 'machines launched with this repository’s tag, IMDSv2 alone, at most two hops, of your types, in your regions',
    },
    {
      sid: 'LaunchMarkedParts',
      actions: { 'ec2:RunInstances': 'start: its volumes and, for spot, its request' },
      resources: inAccount('ec2', 'volume/*', 'spot-instances-request/*'),
      conditions: { StringLike: { ...MARKED_AS_OURS, ...WHERE } },
      on: 'those launched with this repository’s tag, in your regions',
    },
    {
      sid: 'MarkAtLaunch',
      actions: { 'ec2:CreateTags': 'start: the tags that RunInstances writes' },
      resources: inAccount('ec2', 'instance/*', 'volume/*', 'spot-instances-request/*'),
      conditions: { StringEquals: { 'ec2:CreateAction': 'RunInstances' }, StringLike: MARKED_AS_OURS },
      on: 'what the same RunInstances makes, and nothing that exists',
    },
    {
      sid: 'EndOwn',
      actions: {
        'ec2:TerminateInstances': 'stop, and start when it undoes what it began',
        'ec2:GetConsoleOutput':
          'start: the boot’s timeline, and what the machine said before it failed; stop: the same, where no runner came',
      },
      resources: inAccount('ec2', 'instance/*'),
      conditions: { StringLike: IS_OURS },
      on: 'machines that carry this repository’s tag',
    },
  ],
};

/** Beside `startStop`, for who gives machines a role with the input `iam-role-name`. */
export const passRole: Policy = {
  title: 'start-runner with `iam-role-name`',
  grants: [
    {
      sid: 'GiveMachinesThisRole',
      actions: { 'iam:PassRole': 'start: the role of the instance profile' },
      resources: [`arn:aws:iam::${PLACE.account}:role/${PLACE.instanceRole}`],
      conditions: { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
      on: 'this one role, and to EC2 alone',
    },
  ],
};
