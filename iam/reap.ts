import { IS_OURS } from './ours.js';
import { inAccount, look, type Policy } from './policy.js';

/** What reap-runners needs. It can remove and never create. */
export const reap: Policy = {
  title: 'reap-runners',
  grants: [
    look({
      'ec2:DescribeInstances': "which machines carry this repository's tag",
      'ec2:DescribeRegions': 'whether the regions in `regions` exist',
      'ec2:DescribeSpotInstanceRequests': 'which spot requests are still open',
      'ec2:DescribeVolumes': 'which volumes are attached to no machine',
    }),
    {
      sid: 'RemoveOwn',
      actions: {
        'ec2:TerminateInstances': 'an orphan',
        'ec2:DeleteVolume': 'a leftover volume',
        'ec2:CancelSpotInstanceRequests': 'an open spot request, before it launches a machine that no job needs',
      },
      resources: inAccount('ec2', 'instance/*', 'volume/*', 'spot-instances-request/*'),
      conditions: { StringLike: IS_OURS },
      on: "machines, volumes and spot requests that carry this repository's tag",
    },
  ],
};
