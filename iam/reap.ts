import { IS_OURS } from './ours.js';
import { inAccount, look, type Policy } from './policy.js';

/** The permissions of reap-runners: it can remove and never create. */
export const reap: Policy = {
  title: 'reap-runners',
  grants: [
    look({
      'ec2:DescribeInstances': "which machines carry this repository's tag",
      'ec2:DescribeRegions': 'whether the regions of the input `regions` exist',
      'ec2:DescribeSpotInstanceRequests': 'which requests are still open',
      'ec2:DescribeVolumes': 'which volumes are not attached',
    }),
    {
      sid: 'RemoveOwn',
      actions: {
        'ec2:TerminateInstances': 'an orphan',
        'ec2:DeleteVolume': 'a leftover volume',
        'ec2:CancelSpotInstanceRequests': 'an open request, before it launches a machine that no job needs',
      },
      resources: inAccount('ec2', 'instance/*', 'volume/*', 'spot-instances-request/*'),
      conditions: { StringLike: IS_OURS },
      on: "machines, volumes and requests that carry this repository's tag",
    },
  ],
};
