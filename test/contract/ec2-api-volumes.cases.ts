import {
  AttachVolumeCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DeleteVolumeCommand,
  DescribeVolumesCommand,
  DescribeVolumesModificationsCommand,
  DetachVolumeCommand,
  ModifyVolumeCommand,
  type CreateVolumeCommandInput,
  type Volume,
} from '@aws-sdk/client-ec2';
import { expect } from '@jest/globals';
import { eventually } from '../worlds/sandbox/aws.js';
import {
  becomes,
  describeOne,
  errorOf,
  launch,
  terminate,
  type Ec2ApiCase,
  type Ec2ApiWorld,
} from './ec2-api.world.js';

export const ZONE = 'us-east-1a';
const TAGS = [{ Key: 'Name', Value: 'data' }];

/** An encrypted gp3 volume of 8 GiB in the zone of the first subnet, unless the changes say otherwise. */
export function volumeOf(world: Ec2ApiWorld, changes: Partial<CreateVolumeCommandInput> = {}): CreateVolumeCommand {
  return new CreateVolumeCommand({
    AvailabilityZone: world.catalog.zones[0],
    Size: 8,
    VolumeType: 'gp3',
    Encrypted: true,
    TagSpecifications: [{ ResourceType: 'volume', Tags: TAGS }],
    ...changes,
  });
}

export async function describeVolume({ ec2 }: Ec2ApiWorld, id: string): Promise<Volume | undefined> {
  return (await ec2.send(new DescribeVolumesCommand({ VolumeIds: [id] }))).Volumes?.[0];
}

/** Waits until EC2 shows the volume as available. @returns its id */
export async function createVolume(world: Ec2ApiWorld, changes?: Partial<CreateVolumeCommandInput>): Promise<string> {
  const { VolumeId = '' } = await world.ec2.send(volumeOf(world, changes));
  await eventually(async () => (await describeVolume(world, VolumeId))?.State === 'available');
  return VolumeId;
}

/** Attaches a new volume to a new instance, which runs. */
async function attached(world: Ec2ApiWorld) {
  const [volume, instance] = [await createVolume(world), (await launch(world)).id];
  await becomes(world, instance, 'running');
  await attach(world, volume, instance);
  await eventually(async () => (await describeVolume(world, volume))?.Attachments?.[0]?.State === 'attached');
  return { volume, instance };
}

function attach({ ec2 }: Ec2ApiWorld, VolumeId: string, InstanceId: string, Device = '/dev/sdf') {
  return ec2.send(new AttachVolumeCommand({ VolumeId, InstanceId, Device }));
}

const life: Readonly<Record<string, Ec2ApiCase>> = {
  'a created volume is available, encrypted and tagged': {
    async run(world) {
      const created = await world.ec2.send(volumeOf(world));
      expect(created).toMatchObject({
        Size: 8,
        VolumeType: 'gp3',
        Encrypted: true,
        AvailabilityZone: ZONE,
        Tags: TAGS,
      });
      const { VolumeId = '' } = created;
      await eventually(async () => (await describeVolume(world, VolumeId))?.State === 'available');
      expect(await describeVolume(world, VolumeId)).toMatchObject({
        VolumeId: expect.stringMatching(/^vol-[0-9a-f]{17}$/),
        State: 'available',
        Attachments: [],
        CreateTime: expect.any(Date),
        Iops: 3000,
        KmsKeyId: expect.stringMatching(/^arn:aws:kms:/),
        Tags: TAGS,
      });
    },
  },
  'a new volume is being created at first': {
    async run(world) {
      expect((await world.ec2.send(volumeOf(world))).State).toBe('creating');
    },
  },
  'volumes are found by tag, zone and state': {
    async run(world) {
      const id = await createVolume(world);
      await createVolume(world, { AvailabilityZone: world.catalog.zones[1] });
      await createVolume(world, { TagSpecifications: [] });
      const Filters = [
        { Name: 'tag:Name', Values: ['data'] },
        { Name: 'availability-zone', Values: [ZONE] },
        { Name: 'status', Values: ['available'] },
      ];
      const { Volumes } = await world.ec2.send(new DescribeVolumesCommand({ Filters }));
      expect(Volumes?.map(({ VolumeId }) => VolumeId)).toEqual([id]);
    },
  },
  'a volume that is attached is in use, lists its instance, and is listed by it': {
    async run(world) {
      const { volume, instance } = await attached(world);
      expect(await describeVolume(world, volume)).toMatchObject({
        State: 'in-use',
        Attachments: [{ InstanceId: instance, Device: '/dev/sdf', State: 'attached' }],
      });
      const mappings = (await describeOne(world, instance))?.BlockDeviceMappings;
      expect(mappings?.find(({ DeviceName }) => DeviceName === '/dev/sdf')?.Ebs).toMatchObject({ VolumeId: volume });
      const Filters = [{ Name: 'attachment.instance-id', Values: [instance] }];
      const { Volumes } = await world.ec2.send(new DescribeVolumesCommand({ Filters }));
      expect(Volumes?.map(({ VolumeId }) => VolumeId)).toContain(volume);
    },
  },
  'a detached volume is available again, for another instance': {
    async run(world) {
      const { volume, instance } = await attached(world);
      const answer = await world.ec2.send(new DetachVolumeCommand({ VolumeId: volume, InstanceId: instance }));
      expect(answer).toMatchObject({ VolumeId: volume, InstanceId: instance, State: 'detaching' });
      await eventually(async () => (await describeVolume(world, volume))?.State === 'available');
      const other = (await launch(world)).id;
      await becomes(world, other, 'running');
      expect(await attach(world, volume, other)).toMatchObject({ State: 'attaching', InstanceId: other });
    },
  },
  'a volume is detached from the instance that has it, without naming the instance': {
    async run(world) {
      const { volume, instance } = await attached(world);
      const answer = await world.ec2.send(new DetachVolumeCommand({ VolumeId: volume }));
      expect(answer).toMatchObject({ InstanceId: instance, State: 'detaching' });
    },
  },
  'an attached volume outlives its instance': {
    async run(world) {
      const { volume, instance } = await attached(world);
      await terminate(world, instance);
      await becomes(world, instance, 'terminated');
      await eventually(async () => (await describeVolume(world, volume))?.State === 'available');
      expect((await describeVolume(world, volume))?.Attachments).toEqual([]);
    },
  },
  'a volume takes tags, and is deleted once': {
    async run(world) {
      const id = await createVolume(world);
      await world.ec2.send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key: 'Name', Value: 'other' }] }));
      expect((await describeVolume(world, id))?.Tags).toEqual([{ Key: 'Name', Value: 'other' }]);
      await world.ec2.send(new DeleteVolumeCommand({ VolumeId: id }));
      const again = await errorOf(world.ec2.send(new DeleteVolumeCommand({ VolumeId: id })));
      expect(again).toMatchObject({ name: 'InvalidVolume.NotFound', message: `The volume '${id}' does not exist.` });
      expect((await errorOf(describeVolume(world, id))).name).toBe('InvalidVolume.NotFound');
    },
  },
  'a volume grows, and the modification is listed': {
    async run(world) {
      const id = await createVolume(world);
      const { VolumeModification } = await world.ec2.send(new ModifyVolumeCommand({ VolumeId: id, Size: 16 }));
      expect(VolumeModification).toMatchObject({ VolumeId: id, OriginalSize: 8, TargetSize: 16 });
      await eventually(async () => (await describeVolume(world, id))?.Size === 16);
      const ask = new DescribeVolumesModificationsCommand({ VolumeIds: [id] });
      await eventually(
        async () => (await world.ec2.send(ask)).VolumesModifications?.[0]?.ModificationState === 'completed',
      );
    },
  },
  'a volume does not shrink': {
    async run(world) {
      const id = await createVolume(world);
      const error = await errorOf(world.ec2.send(new ModifyVolumeCommand({ VolumeId: id, Size: 4 })));
      expect(error).toMatchObject({ name: 'InvalidParameterValue', message: expect.stringContaining('smaller') });
    },
  },
  'a volume is not modified twice within six hours': {
    async run(world) {
      const id = await createVolume(world);
      const modify = (Size: number) => world.ec2.send(new ModifyVolumeCommand({ VolumeId: id, Size }));
      await modify(16);
      expect((await errorOf(modify(32))).name).toMatch(/^(IncorrectModificationState|VolumeModificationRateExceeded)$/);
    },
  },
};

const tokens: Readonly<Record<string, Ec2ApiCase>> = {
  "a volume's client token creates once": {
    async run(world) {
      const first = await world.ec2.send(volumeOf(world, { ClientToken: 'token' }));
      const second = await world.ec2.send(volumeOf(world, { ClientToken: 'token' }));
      expect(second.VolumeId).toBe(first.VolumeId);
      expect((await world.ec2.send(new DescribeVolumesCommand({}))).Volumes).toHaveLength(1);
    },
  },
  "a volume's client token belongs to its request": {
    async run(world) {
      await world.ec2.send(volumeOf(world, { ClientToken: 'token' }));
      const other = world.ec2.send(volumeOf(world, { ClientToken: 'token', Size: 9 }));
      expect((await errorOf(other)).name).toBe('IdempotentParameterMismatch');
    },
  },
};

const refusals: Readonly<Record<string, Ec2ApiCase>> = {
  'a dry run creates no volume': {
    async run(world) {
      expect((await errorOf(world.ec2.send(volumeOf(world, { DryRun: true })))).name).toBe('DryRunOperation');
      expect((await world.ec2.send(new DescribeVolumesCommand({}))).Volumes).toEqual([]);
    },
  },
  'a volume needs a size or a snapshot': {
    async run(world) {
      const error = await errorOf(world.ec2.send(volumeOf(world, { Size: undefined })));
      expect(error).toMatchObject({ name: 'MissingParameter', message: expect.stringContaining('size/snapshot') });
    },
  },
  'a volume in a zone that does not exist is refused': {
    async run(world) {
      const error = await errorOf(world.ec2.send(volumeOf(world, { AvailabilityZone: 'us-east-1z' })));
      expect(error.name).toBe('InvalidZone.NotFound');
    },
  },
  'a volume larger than its type allows is refused': {
    async run(world) {
      const error = await errorOf(world.ec2.send(volumeOf(world, { VolumeType: 'gp2', Size: 20_000 })));
      expect(error.name).toBe('InvalidParameterValue');
    },
  },
  'an attached volume is not attached again': {
    async run(world) {
      const { volume } = await attached(world);
      const other = (await launch(world)).id;
      await becomes(world, other, 'running');
      const error = await errorOf(attach(world, volume, other));
      expect(error).toMatchObject({ name: 'VolumeInUse', message: expect.stringContaining('already attached') });
    },
  },
  'an attached volume is not deleted': {
    async run(world) {
      const { volume } = await attached(world);
      expect((await errorOf(world.ec2.send(new DeleteVolumeCommand({ VolumeId: volume })))).name).toBe('VolumeInUse');
    },
  },
  'a volume of another zone is not attached': {
    async run(world) {
      const volume = await createVolume(world, { AvailabilityZone: world.catalog.zones[1] });
      const { id } = await launch(world);
      await becomes(world, id, 'running');
      expect(await errorOf(attach(world, volume, id))).toMatchObject({
        name: 'InvalidVolume.ZoneMismatch',
        message: `The volume '${volume}' is not in the same availability zone as instance '${id}'`,
      });
    },
  },
  'two volumes do not share a device': {
    async run(world) {
      const { instance } = await attached(world);
      const error = await errorOf(attach(world, await createVolume(world), instance));
      expect(error).toMatchObject({
        name: 'InvalidParameterValue',
        message: expect.stringContaining('Attachment point /dev/sdf is already in use'),
      });
    },
  },
  'a device of another form is refused': {
    async run(world) {
      const [volume, { id }] = [await createVolume(world), await launch(world)];
      await becomes(world, id, 'running');
      expect((await errorOf(attach(world, volume, id, '/dev/disk'))).name).toBe('InvalidParameterValue');
    },
  },
  'a terminated instance gets no volume': {
    async run(world) {
      const [volume, { id }] = [await createVolume(world), await launch(world)];
      await terminate(world, id);
      await becomes(world, id, 'terminated');
      expect((await errorOf(attach(world, volume, id))).name).toBe('IncorrectState');
    },
  },
  'an instance that does not exist gets no volume': {
    async run(world) {
      const error = await errorOf(attach(world, await createVolume(world), 'i-0ffffffffffffffff'));
      expect(error.name).toBe('InvalidInstanceID.NotFound');
    },
  },
  'a volume that does not exist is neither attached, detached, tagged nor modified': {
    async run(world) {
      const { id } = await launch(world);
      await becomes(world, id, 'running');
      const VolumeId = 'vol-0ffffffffffffffff';
      const calls = [
        attach(world, VolumeId, id),
        world.ec2.send(new DetachVolumeCommand({ VolumeId })),
        world.ec2.send(new CreateTagsCommand({ Resources: [VolumeId], Tags: TAGS })),
        world.ec2.send(new ModifyVolumeCommand({ VolumeId, Size: 9 })),
      ];
      for (const error of await Promise.all(calls.map(errorOf))) expect(error.name).toBe('InvalidVolume.NotFound');
    },
  },
  'a volume that is not attached is not detached': {
    async run(world) {
      const VolumeId = await createVolume(world);
      const error = await errorOf(world.ec2.send(new DetachVolumeCommand({ VolumeId })));
      expect(error).toMatchObject({
        name: 'IncorrectState',
        message: `Volume '${VolumeId}' is in the 'available' state.`,
      });
    },
  },
  'a volume is not detached from another instance': {
    async run(world) {
      const { volume } = await attached(world);
      const { id } = await launch(world);
      await becomes(world, id, 'running');
      const error = await errorOf(world.ec2.send(new DetachVolumeCommand({ VolumeId: volume, InstanceId: id })));
      expect(error.name).toBe('InvalidAttachment.NotFound');
    },
  },
  'the root volume of a running instance is not detached': {
    async run(world) {
      const { id } = await launch(world);
      await becomes(world, id, 'running');
      const VolumeId = (await describeOne(world, id))?.BlockDeviceMappings?.[0]?.Ebs?.VolumeId;
      const error = await errorOf(world.ec2.send(new DetachVolumeCommand({ VolumeId })));
      expect(error.name).toBe('OperationNotPermitted');
    },
  },
};

/** Volumes by themselves: created, attached, detached, modified, deleted. */
export const VOLUME_CASES: Readonly<Record<string, Ec2ApiCase>> = { ...life, ...tokens, ...refusals };
