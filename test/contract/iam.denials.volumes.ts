import type { Denials, Allowances } from './iam.denials.js';
import { elsewhere, OURS, properLaunch, TAG, tagsOn, type Account } from './iam.world.js';

const NAME = 'ci-actions:volume';
const KEEP = 'ci-actions:keep-until';
const role = 'start-stop with volumes';
const data = { [TAG]: OURS, [NAME]: 'docker', [KEEP]: '2026-12-01T00:00:00Z' };
const encrypted = { AvailabilityZone: 'us-east-1a', Size: '8', VolumeType: 'gp3', Encrypted: 'true' };

/** A data volume of the repository and one of another, each with a snapshot. */
export async function placeData({ place, sandbox }: Account) {
  const [ours, theirs] = [await place(data), await place({ ...data, [TAG]: 'octo-org/other-repo' })];
  const snapshots = {
    ours: 'snap-0aaaaaaaaaaaaaaaa',
    theirs: 'snap-0bbbbbbbbbbbbbbbb',
    plain: 'snap-0cccccccccccccccc',
  };
  const add = (id: string, tags: Readonly<Record<string, string>>) =>
    sandbox.ec2.snapshots.set(id, {
      id,
      sizeGiB: 8,
      createdAt: Date.now(),
      state: 'completed',
      tags: new Map(Object.entries(tags)),
    });
  add(snapshots.ours, data);
  add(snapshots.theirs, { ...data, [TAG]: 'octo-org/other-repo' });
  add(snapshots.plain, { Name: 'backup' });
  return { ours, theirs, snapshots };
}

type Placed = Awaited<ReturnType<typeof placeData>>;

/** The limits of the permission for data volumes. */
export function denyVolumes(account: Account, { ours, theirs, snapshots }: Placed): Denials[] {
  const { ec2, tag, untagged } = account;
  const attach = (VolumeId: string, InstanceId: string) =>
    ec2('AttachVolume', { VolumeId, InstanceId, Device: '/dev/sdf' });
  const detach = (VolumeId: string, InstanceId: string) => ec2('DetachVolume', { VolumeId, InstanceId });
  const create = (fields: Record<string, string>) => ec2('CreateVolume', { ...encrypted, ...fields });
  const launchFrom = (id: string) => account.launch({ ...properLaunch, 'BlockDeviceMapping.1.Ebs.SnapshotId': id });
  const mark = ['ec2:CreateVolume on volume', 'ec2:CreateTags on volume'];
  return [
    {
      role,
      rule: 'attaches and detaches only data volumes of its repository, and only at its machines',
      calls: [
        ["attach another repository's volume", attach(theirs.volume, ours.instance), ['ec2:AttachVolume on volume']],
        ['attach an untagged volume', attach(untagged.volume, ours.instance), ['ec2:AttachVolume on volume']],
        ["attach a machine's own disk", attach(account.ours.volume, ours.instance), ['ec2:AttachVolume on volume']],
        [
          "attach its volume to another repository's machine",
          attach(ours.volume, theirs.instance),
          ['ec2:AttachVolume on instance'],
        ],
        [
          'attach its volume to an untagged machine',
          attach(ours.volume, untagged.instance),
          ['ec2:AttachVolume on instance'],
        ],
        [
          "detach another repository's volume",
          detach(theirs.volume, theirs.instance),
          ['ec2:DetachVolume on instance', 'ec2:DetachVolume on volume'],
        ],
        [
          "detach its volume from another repository's machine",
          detach(ours.volume, theirs.instance),
          ['ec2:DetachVolume on instance'],
        ],
      ],
    },
    {
      role,
      rule: 'creates only encrypted data volumes that can be found again',
      calls: [
        ['create a volume without tags', create({}), ['ec2:CreateVolume on volume']],
        ['create a volume without a name', create(tagsOn(['volume'], { [TAG]: OURS })), mark],
        [
          "create a volume with another repository's tag",
          create(tagsOn(['volume'], { ...data, [TAG]: 'octo-org/other-repo' })),
          mark,
        ],
        [
          'create a volume that is not encrypted',
          create({ ...tagsOn(['volume'], data), Encrypted: 'false' }),
          ['ec2:CreateVolume on volume'],
        ],
        [
          'create a volume in another region',
          elsewhere(create(tagsOn(['volume'], data))),
          ['ec2:CreateVolume on volume'],
        ],
        [
          "create a volume from another repository's snapshot",
          create({ ...tagsOn(['volume'], data), SnapshotId: snapshots.theirs }),
          ['ec2:CreateVolume on snapshot'],
        ],
        [
          'create a volume from any other snapshot of the account',
          create({ ...tagsOn(['volume'], data), SnapshotId: snapshots.plain }),
          ['ec2:CreateVolume on snapshot'],
        ],
      ],
    },
    {
      role,
      rule: 'launches copies only of its own snapshots',
      calls: [
        [
          'launch with a snapshot of another repository',
          launchFrom(snapshots.theirs),
          ['ec2:RunInstances on snapshot'],
        ],
        ['launch with any other snapshot', launchFrom(snapshots.plain), ['ec2:RunInstances on snapshot']],
      ],
    },
    {
      role,
      rule: 'takes and deletes only snapshots of its own data volumes',
      calls: [
        [
          "take a snapshot of another repository's volume",
          ec2('CreateSnapshot', { VolumeId: theirs.volume, ...tagsOn(['snapshot'], data) }),
          ['ec2:CreateSnapshot on volume'],
        ],
        [
          "take a snapshot of a machine's own disk",
          ec2('CreateSnapshot', { VolumeId: account.ours.volume, ...tagsOn(['snapshot'], data) }),
          ['ec2:CreateSnapshot on volume'],
        ],
        [
          'take a snapshot without tags',
          ec2('CreateSnapshot', { VolumeId: ours.volume }),
          ['ec2:CreateSnapshot on snapshot'],
        ],
        [
          "delete another repository's snapshot",
          ec2('DeleteSnapshot', { SnapshotId: snapshots.theirs }),
          ['ec2:DeleteSnapshot on snapshot'],
        ],
        [
          'delete any other snapshot',
          ec2('DeleteSnapshot', { SnapshotId: snapshots.plain }),
          ['ec2:DeleteSnapshot on snapshot'],
        ],
        [
          "delete another repository's volume",
          ec2('DeleteVolume', { VolumeId: theirs.volume }),
          ['ec2:DeleteVolume on volume'],
        ],
        [
          "delete a machine's own disk",
          ec2('DeleteVolume', { VolumeId: account.ours.volume }),
          ['ec2:DeleteVolume on volume'],
        ],
      ],
    },
    {
      role,
      rule: 'changes no tag but the time until when its volumes are kept',
      calls: [
        ["tag another repository's volume as its own", tag(theirs.volume, data), ['ec2:CreateTags on volume']],
        ['tag an untagged volume as its own', tag(untagged.volume, data), ['ec2:CreateTags on volume']],
        [
          'give its volume to another repository',
          tag(ours.volume, { [TAG]: 'octo-org/other-repo' }),
          ['ec2:CreateTags on volume'],
        ],
        ['rename its volume', tag(ours.volume, { [NAME]: 'other' }), ['ec2:CreateTags on volume']],
        [
          'renew and rename its volume at once',
          tag(ours.volume, { [NAME]: 'other', [KEEP]: 'x' }),
          ['ec2:CreateTags on volume'],
        ],
        ["renew another repository's volume", tag(theirs.volume, { [KEEP]: 'x' }), ['ec2:CreateTags on volume']],
        ['renew its machine', tag(ours.instance, { [KEEP]: 'x' }), ['ec2:CreateTags on instance']],
      ],
    },
    {
      role: 'reap',
      rule: 'deletes only snapshots of data volumes of its repository',
      calls: [
        [
          "delete another repository's snapshot",
          ec2('DeleteSnapshot', { SnapshotId: snapshots.theirs }),
          ['ec2:DeleteSnapshot on snapshot'],
        ],
        [
          'delete any other snapshot',
          ec2('DeleteSnapshot', { SnapshotId: snapshots.plain }),
          ['ec2:DeleteSnapshot on snapshot'],
        ],
      ],
    },
    {
      role: 'start-stop',
      rule: 'without the policy for data volumes touches none',
      calls: [
        [
          'attach its volume',
          attach(ours.volume, ours.instance),
          ['ec2:AttachVolume on instance', 'ec2:AttachVolume on volume'],
        ],
        ['create a volume', create(tagsOn(['volume'], data)), mark],
        ['renew its volume', tag(ours.volume, { [KEEP]: 'x' }), ['ec2:CreateTags on volume']],
      ],
    },
  ];
}

/** The calls that the denials must not affect. */
export function allowVolumes({ ec2, tag, launch }: Account, { ours, snapshots }: Placed): Allowances[] {
  const volume = { VolumeId: ours.volume, InstanceId: ours.instance };
  return [
    {
      role,
      calls: [
        ['create a blank volume', ec2('CreateVolume', { ...encrypted, ...tagsOn(['volume'], data) })],
        [
          'create a volume from its snapshot',
          ec2('CreateVolume', { ...encrypted, ...tagsOn(['volume'], data), SnapshotId: snapshots.ours }),
        ],
        ['attach its volume', ec2('AttachVolume', { ...volume, Device: '/dev/sdf' })],
        ['detach its volume by force', ec2('DetachVolume', { ...volume, Force: 'true' })],
        ['take a snapshot', ec2('CreateSnapshot', { VolumeId: ours.volume, ...tagsOn(['snapshot'], data) })],
        ['delete its snapshot', ec2('DeleteSnapshot', { SnapshotId: snapshots.ours })],
        ['delete its volume', ec2('DeleteVolume', { VolumeId: ours.volume })],
        ['renew its volume', tag(ours.volume, { [KEEP]: '2026-12-24T00:00:00Z' })],
        ['launch with a copy', launch({ ...properLaunch, 'BlockDeviceMapping.1.Ebs.SnapshotId': snapshots.ours })],
      ],
    },
    { role: 'reap', calls: [['delete its snapshot', ec2('DeleteSnapshot', { SnapshotId: snapshots.ours })]] },
  ];
}
