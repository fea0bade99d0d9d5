import { TAG } from '../src/core/kernel/identity.js';
import { IS_OURS } from './ours.js';
import { inAccount, look, withoutAccount, type Policy } from './policy.js';

/** What reap-runners needs. It can remove and never create. */
export const reap: Policy = {
  title: 'reap-runners',
  grants: [
    look({
      'ec2:DescribeInstances': "which machines carry this repository's tag",
      'ec2:DescribeRegions': 'whether the regions in `regions` exist',
      'ec2:DescribeSnapshots': 'which snapshots of data volumes there are',
      'ec2:DescribeSpotInstanceRequests': 'which spot requests are still open',
      'ec2:DescribeVolumes': 'which volumes are attached to no machine',
    }),
    {
      sid: 'RemoveOwn',
      actions: {
        'ec2:TerminateInstances': 'an orphan',
        'ec2:DeleteVolume': 'a leftover volume, or a data volume whose time is over',
        'ec2:CancelSpotInstanceRequests': 'an open spot request, before it launches a machine that no job needs',
      },
      resources: inAccount('ec2', 'instance/*', 'volume/*', 'spot-instances-request/*'),
      conditions: { StringLike: IS_OURS },
      on: "machines, volumes and spot requests that carry this repository's tag",
    },
    {
      sid: 'RemoveOwnSnapshots',
      actions: { 'ec2:DeleteSnapshot': 'a snapshot of a data volume whose time is over' },
      resources: withoutAccount('ec2', 'snapshot/*'),
      conditions: { StringLike: { ...IS_OURS, [`aws:ResourceTag/${TAG.volume}`]: '*' } },
      on: "snapshots that carry this repository's tag and a volume's name",
    },
  ],
};
