import { TAG } from '../src/core/identity.js';
import { launchMarked, preflightActions } from './launch.js';
import { IS_OURS, MARKED_AS_OURS } from './ours.js';
import { inAccount, look, type Policy } from './policy.js';

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

/** What fill-pool needs. It can end what waits in a pool, or came from one, and nothing else. */
export const poolFill: Policy = {
  title: 'fill-pool',
  grants: [
    look({ ...preflightActions(''), 'ec2:DescribeInstances': 'what is in the pool, and whether it has stopped' }),
    ...launchMarked({
      who: '',
      mark: { ...MARKED_AS_OURS, [`aws:RequestTag/${TAG.pool}`]: '*' },
      marked: 'this repository’s tag and a pool’s',
      parts: ['volume/*', 'network-interface/*'],
      partsPurpose: 'its volumes and its network interface',
    }),
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
