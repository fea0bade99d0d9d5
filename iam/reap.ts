import { IS_OURS } from './ours.js';
import { inAccount, look, type Policy } from './policy.js';

/** What reap-runners needs: it can take away and never make. */
export const reap: Policy = {
  title: 'reap-runners',
  grants: [
    look({
      'ec2:DescribeInstances': 'which machines carry this repository’s tag',
      'ec2:DescribeRegions': 'whether the regions exist that `regions` names beside its own',
      'ec2:DescribeSpotInstanceRequests': 'which requests are still open',
      'ec2:DescribeVolumes': 'which volumes no machine holds',
    }),
    {
      sid: 'RemoveOwn',
      actions: {
        'ec2:TerminateInstances': 'an orphan',
        'ec2:DeleteVolume': 'a volume left behind',
        'ec2:CancelSpotInstanceRequests': 'an open request, before it launches a machine that nobody waits for',
      },
      resources: inAccount('ec2', 'instance/*', 'volume/*', 'spot-instances-request/*'),
      conditions: { StringLike: IS_OURS },
      on: 'machines, volumes and requests that carry this repository’s tag',
    },
  ],
};
