import { TAG } from '../src/core/kernel/identity.js';
import { WHERE } from './launch.js';
import { IS_OURS, MARKED_AS_OURS } from './ours.js';
import { all, inAccount, look, withoutAccount, type Policy } from './policy.js';

/** Data volumes and their snapshots. The volumes of machines carry the repository's tag, too, but not this one. */
const OUR_DATA = { ...IS_OURS, [`aws:ResourceTag/${TAG.volume}`]: '*' } as const;
const NEW_DATA = all(MARKED_AS_OURS, { Null: { [`aws:RequestTag/${TAG.volume}`]: 'false' } });

/** What start-runner with `data-volume`, and the stops of its machines, need in addition to `startStop`. */
export const volumes: Policy = {
  title: 'start-runner with `data-volume`, and stop-runner after it',
  grants: [
    look({
      'ec2:DescribeSnapshots': 'start and stop: the snapshots of the volume',
      'ec2:DescribeVolumes': 'start and stop: the volume, its zone, and which machine holds it',
    }),
    {
      sid: 'CreateMarkedVolumes',
      actions: { 'ec2:CreateVolume': 'start: the volume, at its first use' },
      resources: inAccount('ec2', 'volume/*'),
      conditions: all(NEW_DATA, { StringLike: WHERE, Bool: { 'ec2:Encrypted': 'true' } }),
      on: "encrypted volumes created with this repository's tag and a volume's name, in your regions",
    },
    {
      sid: 'UseOwnSnapshots',
      actions: {
        'ec2:CreateVolume': 'start: the volume in another zone, from its newest snapshot',
        'ec2:RunInstances': 'start with `mode: copy`: a copy of the volume for each machine',
      },
      resources: withoutAccount('ec2', 'snapshot/*'),
      conditions: { StringLike: { ...OUR_DATA, ...WHERE } },
      on: "snapshots that carry this repository's tag and a volume's name",
    },
    {
      sid: 'SnapshotOwn',
      actions: { 'ec2:CreateSnapshot': 'stop with `snapshot: on-success`: of the volume' },
      resources: inAccount('ec2', 'volume/*'),
      conditions: { StringLike: OUR_DATA },
      on: "volumes that carry this repository's tag and a volume's name",
    },
    {
      sid: 'CreateMarkedSnapshots',
      actions: { 'ec2:CreateSnapshot': 'stop with `snapshot: on-success`: the snapshot' },
      resources: withoutAccount('ec2', 'snapshot/*'),
      conditions: NEW_DATA,
      on: "snapshots created with this repository's tag and a volume's name",
    },
    {
      sid: 'MarkVolumesAtCreation',
      actions: { 'ec2:CreateTags': 'start and stop: the tags that CreateVolume and CreateSnapshot write' },
      resources: [...inAccount('ec2', 'volume/*'), ...withoutAccount('ec2', 'snapshot/*')],
      conditions: all(NEW_DATA, { StringEquals: { 'ec2:CreateAction': ['CreateVolume', 'CreateSnapshot'] } }),
      on: 'what the same request creates, and nothing that exists already',
    },
    {
      sid: 'AttachOwnVolumes',
      actions: {
        'ec2:AttachVolume': 'start: the volume',
        'ec2:DetachVolume': 'start with `when-attached: detach`: the volume',
      },
      resources: inAccount('ec2', 'volume/*'),
      conditions: { StringLike: OUR_DATA },
      on: "volumes that carry this repository's tag and a volume's name",
    },
    {
      sid: 'AttachToOwnMachines',
      actions: {
        'ec2:AttachVolume': 'start: to its machine',
        'ec2:DetachVolume': 'start with `when-attached: detach`: from the machine of another run',
      },
      resources: inAccount('ec2', 'instance/*'),
      conditions: { StringLike: IS_OURS },
      on: "machines that carry this repository's tag",
    },
    {
      sid: 'DeleteOwnData',
      actions: {
        'ec2:DeleteVolume': 'start: the blank volume that it created at the same time as another start',
        'ec2:DeleteSnapshot': 'stop: the snapshots beyond `keep-snapshots`',
      },
      resources: [...inAccount('ec2', 'volume/*'), ...withoutAccount('ec2', 'snapshot/*')],
      conditions: { StringLike: OUR_DATA },
      on: "volumes and snapshots that carry this repository's tag and a volume's name",
    },
    {
      sid: 'RenewKept',
      actions: { 'ec2:CreateTags': 'start: until when the volume is kept' },
      resources: inAccount('ec2', 'volume/*'),
      conditions: {
        StringLike: OUR_DATA,
        'ForAllValues:StringEquals': { 'aws:TagKeys': TAG.keepUntil },
        Null: { 'aws:TagKeys': 'false' },
      },
      on: `the tag \`${TAG.keepUntil}\` of volumes that carry this repository's tag and a volume's name`,
    },
  ],
};
