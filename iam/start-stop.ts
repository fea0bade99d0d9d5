import { launchMarked, preflightActions } from './launch.js';
import { IS_OURS, MARKED_AS_OURS } from './ours.js';
import { inAccount, look, PLACE, type Policy } from './policy.js';

/** What start-runner, its post step and stop-runner always need. */
export const startStop: Policy = {
  title: 'start-runner and stop-runner',
  grants: [
    look({
      ...preflightActions('start: '),
      'ec2:DescribeInstances': 'start: whether a machine still runs; stop: which machines carry the tags of this run',
      'ec2:DescribeSpotPriceHistory': 'stop of spot instances: their price, for the summary',
      'ec2:DescribeRegions': 'stop: the other regions to search when a machine is missing',
    }),
    ...launchMarked({
      who: 'start: ',
      mark: MARKED_AS_OURS,
      marked: "this repository's tag",
      parts: ['volume/*', 'network-interface/*', 'spot-instances-request/*'],
      partsPurpose: 'its volumes, its network interface and, for spot, its spot request',
    }),
    {
      sid: 'EndOwn',
      actions: {
        'ec2:TerminateInstances': 'stop, and start when it rolls back',
        'ec2:GetConsoleOutput':
          'start: the timeline of the boot, and the last lines of a machine that failed; stop: the same if no runner came, or spot notices',
      },
      resources: inAccount('ec2', 'instance/*'),
      conditions: { StringLike: IS_OURS },
      on: "machines that carry this repository's tag",
    },
  ],
};

/** What start-runner with `iam-role-name` needs in addition to `startStop`. */
export const passRole: Policy = {
  title: 'start-runner with `iam-role-name`',
  grants: [
    {
      sid: 'GiveMachinesThisRole',
      actions: { 'iam:PassRole': 'start: the role of the instance profile' },
      resources: [`arn:aws:iam::${PLACE.account}:role/${PLACE.instanceRole}`],
      conditions: { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
      on: 'this one role, and only to EC2',
    },
  ],
};
