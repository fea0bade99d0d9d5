import { launchMarked, preflightActions } from './launch.js';
import { IS_OURS, MARKED_AS_OURS } from './ours.js';
import { inAccount, look, PLACE, type Policy } from './policy.js';

/** The permissions that start-runner, its post step and stop-runner always need. */
export const startStop: Policy = {
  title: 'start-runner and stop-runner',
  grants: [
    look({
      ...preflightActions('start: '),
      'ec2:DescribeInstances': "start: whether a machine still runs; stop: which machines are this run's, by tag",
      'ec2:DescribeRegions': 'stop: where else to search when a machine is missing',
    }),
    ...launchMarked({
      who: 'start: ',
      mark: MARKED_AS_OURS,
      marked: "this repository's tag",
      parts: ['volume/*', 'network-interface/*', 'spot-instances-request/*'],
      partsPurpose: 'its volumes, its network interface and, for spot, its request',
    }),
    {
      sid: 'EndOwn',
      actions: {
        'ec2:TerminateInstances': 'stop; start, when it rolls back',
        'ec2:GetConsoleOutput':
          "start: the boot's timeline, and the console of a machine that failed; stop: the same, where no runner came",
      },
      resources: inAccount('ec2', 'instance/*'),
      conditions: { StringLike: IS_OURS },
      on: "machines that carry this repository's tag",
    },
  ],
};

/** In addition to `startStop`, to give machines a role with the input `iam-role-name`. */
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
