import { TAG } from '../src/core/identity.js';
import { IS_OURS, MARKED_AS_OURS } from './ours.js';
import { inAccount, PLACE, type Policy } from './policy.js';
import { startStop } from './start-stop.js';

/** Any pool of the repository's: its tag stays on an instance for life, also when a start has claimed it. */
const OUR_POOLS = { ...IS_OURS, [`aws:ResourceTag/${TAG.pool}`]: '*' } as const;

/** Beside `startStop`, for start-runner with `pool`. */
export const poolClaim: Policy = {
  title: 'start-runner with `pool`',
  grants: [
    {
      sid: 'ClaimPooled',
      actions: {
        'ec2:ModifyInstanceAttribute':
          'start: what the machine is told at its next boot, and that its power-off is its end',
        'ec2:StartInstances': 'start: the machine, last of all',
      },
      resources: inAccount('ec2', 'instance/*'),
      conditions: { StringLike: OUR_POOLS },
      on: 'machines that carry this repository’s tag and a pool’s',
    },
    {
      sid: 'MarkPooled',
      actions: { 'ec2:CreateTags': 'start: whose the machine is from now on' },
      resources: inAccount('ec2', 'instance/*'),
      conditions: { StringLike: { ...OUR_POOLS, ...MARKED_AS_OURS } },
      on: 'machines that carry this repository’s tag and a pool’s, and keep the former',
    },
  ],
};

const NEEDED_FROM_START = ['ReadImageParameters', 'LaunchFrom'];
/** The tags that everything is launched with. */
const MARKED_FOR_POOL = { ...MARKED_AS_OURS, [`aws:RequestTag/${TAG.pool}`]: '*' } as const;
const WHERE = { 'aws:RequestedRegion': PLACE.regions } as const;

/** What fill-pool needs. It can end what waits in a pool, or came from one, and nothing else. */
export const poolFill: Policy = {
  title: 'fill-pool',
  grants: [
    {
      sid: 'Look',
      actions: {
        'ec2:DescribeImages': 'whether the image fits the machine, and its root volume',
        'ec2:DescribeInstanceTypes': 'which of the types exist here, with their architecture',
        'ec2:DescribeInstances': 'what is in the pool, and whether it has stopped',
        'ec2:DescribeSecurityGroups': 'whether the groups lie in the subnets’ network',
        'ec2:DescribeSubnets': 'whether the subnets exist, and in which network',
      },
      resources: ['*'],
      on: 'everything: AWS knows no narrower permission for these',
    },
    ...startStop.grants.filter(({ sid }) => NEEDED_FROM_START.includes(sid)),
    {
      sid: 'LaunchPooled',
      actions: { 'ec2:RunInstances': 'the machine itself' },
      resources: inAccount('ec2', 'instance/*'),
      conditions: {
        StringLike: { ...MARKED_FOR_POOL, ...WHERE, 'ec2:InstanceType': PLACE.instanceTypes },
        StringEquals: { 'ec2:MetadataHttpTokens': 'required' },
        NumericLessThanEquals: { 'ec2:MetadataHttpPutResponseHopLimit': '2' },
      },
      on: 'machines launched with this repository’s tag and a pool’s, IMDSv2 alone, of your types, in your regions',
    },
    {
      sid: 'LaunchPooledVolumes',
      actions: { 'ec2:RunInstances': 'its volumes' },
      resources: inAccount('ec2', 'volume/*'),
      conditions: { StringLike: { ...MARKED_FOR_POOL, ...WHERE } },
      on: 'those launched with this repository’s tag and a pool’s, in your regions',
    },
    {
      sid: 'MarkAtLaunch',
      actions: { 'ec2:CreateTags': 'the tags that RunInstances writes' },
      resources: inAccount('ec2', 'instance/*', 'volume/*'),
      conditions: { StringEquals: { 'ec2:CreateAction': 'RunInstances' }, StringLike: MARKED_FOR_POOL },
      on: 'what the same RunInstances makes, and nothing that exists',
    },
    {
      sid: 'EndPooled',
      actions: {
        'ec2:TerminateInstances': 'what is too old, of another shape or too much, and what did not warm up',
        'ec2:GetConsoleOutput': 'how the first boot ended',
      },
      resources: inAccount('ec2', 'instance/*'),
      conditions: { StringLike: OUR_POOLS },
      on: 'machines that carry this repository’s tag and a pool’s',
    },
  ],
};
