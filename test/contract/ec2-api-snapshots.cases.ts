import {
  CreateSnapshotCommand,
  CreateTagsCommand,
  DeleteSnapshotCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  type Snapshot,
} from '@aws-sdk/client-ec2';
import { expect } from '@jest/globals';
import { eventually } from '../worlds/sandbox/aws.js';
import { createVolume, describeVolume } from './ec2-api-volumes.cases.js';
import { becomes, errorOf, launch, terminate, type Ec2ApiCase, type Ec2ApiWorld } from './ec2-api.world.js';

const TAGS = [{ Key: 'Name', Value: 'kept' }];
const UNKNOWN = 'snap-0ffffffffffffffff';

async function describeSnapshot({ ec2 }: Ec2ApiWorld, id: string): Promise<Snapshot | undefined> {
  return (await ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [id] }))).Snapshots?.[0];
}

function snapshotOf({ ec2 }: Ec2ApiWorld, VolumeId: string): Promise<Snapshot> {
  const TagSpecifications = [{ ResourceType: 'snapshot' as const, Tags: TAGS }];
  return ec2.send(new CreateSnapshotCommand({ VolumeId, Description: 'a copy', TagSpecifications }));
}

/** A completed snapshot of a new volume of 8 GiB. */
async function createSnapshot(world: Ec2ApiWorld): Promise<string> {
  const { SnapshotId = '' } = await snapshotOf(world, await createVolume(world));
  await eventually(async () => (await describeSnapshot(world, SnapshotId))?.State === 'completed');
  return SnapshotId;
}

const mapping = (Ebs: { SnapshotId: string; VolumeSize?: number }) => ({
  BlockDeviceMappings: [
    { DeviceName: '/dev/sdf', Ebs: { ...Ebs, VolumeType: 'gp3' as const, DeleteOnTermination: true } },
  ],
});

const life: Readonly<Record<string, Ec2ApiCase>> = {
  'a snapshot becomes completed, and shows its volume, its encryption and its tags': {
    async run(world) {
      const VolumeId = await createVolume(world);
      const { SnapshotId = '', ...created } = await snapshotOf(world, VolumeId);
      expect(created).toMatchObject({ VolumeId, VolumeSize: 8, Description: 'a copy', Tags: TAGS });
      await eventually(async () => (await describeSnapshot(world, SnapshotId))?.State === 'completed');
      expect(await describeSnapshot(world, SnapshotId)).toMatchObject({
        SnapshotId: expect.stringMatching(/^snap-[0-9a-f]{17}$/),
        VolumeId,
        VolumeSize: 8,
        Progress: '100%',
        StartTime: expect.any(Date),
        OwnerId: expect.stringMatching(/^\d{12}$/),
        Tags: TAGS,
      });
    },
  },
  'a snapshot is pending at first': {
    async run(world) {
      expect((await snapshotOf(world, await createVolume(world))).State).toBe('pending');
    },
  },
  'a snapshot of an encrypted volume is encrypted': {
    async run(world) {
      expect(await describeSnapshot(world, await createSnapshot(world))).toMatchObject({
        Encrypted: true,
        KmsKeyId: expect.stringMatching(/^arn:aws:kms:/),
      });
    },
  },
  'snapshots are found by tag and state': {
    async run(world) {
      const id = await createSnapshot(world);
      await world.ec2.send(new CreateSnapshotCommand({ VolumeId: await createVolume(world) }));
      const Filters = [
        { Name: 'tag:Name', Values: ['kept'] },
        { Name: 'status', Values: ['completed'] },
      ];
      const { Snapshots } = await world.ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'], Filters }));
      expect(Snapshots?.map(({ SnapshotId }) => SnapshotId)).toEqual([id]);
    },
  },
  'a volume from a snapshot has its size and its encryption': {
    async run(world) {
      const SnapshotId = await createSnapshot(world);
      const id = await createVolume(world, { SnapshotId, Size: undefined, Encrypted: undefined });
      expect(await describeVolume(world, id)).toMatchObject({ SnapshotId, Size: 8, Encrypted: true });
    },
  },
  'a snapshot stays when its volume is gone, and is deleted once': {
    async run(world) {
      const id = await createSnapshot(world);
      await world.ec2.send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key: 'Name', Value: 'other' }] }));
      expect((await describeSnapshot(world, id))?.Tags).toEqual([{ Key: 'Name', Value: 'other' }]);
      await world.ec2.send(new DeleteSnapshotCommand({ SnapshotId: id }));
      const again = await errorOf(world.ec2.send(new DeleteSnapshotCommand({ SnapshotId: id })));
      expect(again.name).toBe('InvalidSnapshot.NotFound');
    },
  },
  "a launch's volume from a snapshot ends with its instance": {
    async run(world) {
      const SnapshotId = await createSnapshot(world);
      const { id } = await launch(world, mapping({ SnapshotId }));
      await becomes(world, id, 'running');
      const Filters = [{ Name: 'snapshot-id', Values: [SnapshotId] }];
      const find = async () => (await world.ec2.send(new DescribeVolumesCommand({ Filters }))).Volumes;
      expect(await find()).toMatchObject([
        { Size: 8, Encrypted: true, State: 'in-use', Attachments: [{ InstanceId: id }] },
      ]);
      await terminate(world, id);
      await becomes(world, id, 'terminated');
      expect(await find()).toEqual([]);
    },
  },
};

const refusals: Readonly<Record<string, Ec2ApiCase>> = {
  'a snapshot of a volume that does not exist is refused': {
    async run(world) {
      expect((await errorOf(snapshotOf(world, 'vol-0ffffffffffffffff'))).name).toBe('InvalidVolume.NotFound');
    },
  },
  'a volume from a snapshot that does not exist is refused': {
    async run(world) {
      expect((await errorOf(createVolume(world, { SnapshotId: UNKNOWN }))).name).toBe('InvalidSnapshot.NotFound');
    },
  },
  'a volume smaller than its snapshot is refused': {
    async run(world) {
      const SnapshotId = await createSnapshot(world);
      expect((await errorOf(createVolume(world, { SnapshotId, Size: 4 }))).name).toBe('InvalidParameterValue');
    },
  },
  'a launch from a snapshot that does not exist is refused': {
    async run(world) {
      expect((await errorOf(launch(world, mapping({ SnapshotId: UNKNOWN })))).name).toBe('InvalidSnapshot.NotFound');
    },
  },
  'a launch with a volume smaller than its snapshot is refused': {
    async run(world) {
      const SnapshotId = await createSnapshot(world);
      const error = await errorOf(launch(world, mapping({ SnapshotId, VolumeSize: 4 })));
      expect(error).toMatchObject({ name: 'InvalidBlockDeviceMapping', message: expect.stringMatching(/smaller/) });
    },
  },
};

/** Snapshots, and the volumes that are created from them. */
export const SNAPSHOT_CASES: Readonly<Record<string, Ec2ApiCase>> = { ...life, ...refusals };
