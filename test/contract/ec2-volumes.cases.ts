import { expect } from '@jest/globals';
import type { DataVolume, DataVolumeSpec, VolumesEc2 } from '../../src/core/ports/volumes.js';
import { HALF_AN_HOUR_MS } from './contract.js';
import type { Ec2Case } from './ec2.cases.js';
import { eventually, planFor, specFor, type Ec2World } from './ec2.world.js';

const TAGS = { 'ci-actions:repository': 'octo-org/octo-repo', 'ci-actions:volume': 'docker' };

/** The behavior of volumes that outlive instances. `ec2.suite.ts` makes a test of each case for each implementation. */
const cases = {
  'a data volume is created, encrypted and found by its tags and its id': {
    async run(world) {
      const { volumes, spec } = await open(world);
      const { id } = await volumes.createVolume(spec());
      const [found, ...others] = await volumes.findDataVolumes(TAGS);
      expect(others).toEqual([]);
      expect(found).toMatchObject({
        id,
        type: 'gp3',
        sizeGiB: 8,
        availabilityZone: spec().availabilityZone,
        isEncrypted: true,
        attachments: [],
        tags: TAGS,
      });
      expect(Math.abs(found!.createdAt - world.clock.now())).toBeLessThan(HALF_AN_HOUR_MS);
      expect((await volumes.describeVolume(id))?.id).toBe(id);
      expect(await volumes.findDataVolumes({ ...TAGS, 'ci-actions:volume': 'other' })).toEqual([]);
    },
  },
  'a data volume that does not exist is no error': {
    async run(world) {
      const { volumes } = await open(world);
      expect(await volumes.describeVolume('vol-0123456789abcdef0')).toBeUndefined();
    },
  },
  'the same client token creates one volume': {
    async run(world) {
      const { volumes, spec } = await open(world);
      const [first, second] = [await volumes.createVolume(spec()), await volumes.createVolume(spec())];
      expect(second.id).toBe(first.id);
      expect(await volumes.findDataVolumes(TAGS)).toHaveLength(1);
    },
  },
  'a data volume is attached to a running instance, detached and deleted': {
    async run(world) {
      const { volumes, spec } = await open(world);
      const { id } = await volumes.createVolume(spec());
      const instanceId = await launch(world);
      await attach(world, volumes, { id, instanceId });
      await eventually(world, async () => (await read(volumes, id)).state === 'in-use');
      expect((await read(volumes, id)).attachments).toMatchObject([{ instanceId }]);
      expect(await volumes.deleteVolume(id)).toBe('in-use');
      expect(await volumes.detachVolume(id, instanceId)).toBe('detaching');
      await eventually(world, async () => (await read(volumes, id)).state === 'available');
      expect(await volumes.detachVolume(id, instanceId)).toBe('free');
      expect(await volumes.deleteVolume(id)).toBe('deleted');
      expect(await volumes.deleteVolume(id)).toBe('absent');
    },
  },
  'a data volume that an instance holds is in use for another one': {
    async run(world) {
      const { volumes, spec } = await open(world);
      const { id } = await volumes.createVolume(spec());
      const [first, second] = [await launch(world), await launch(world)];
      await attach(world, volumes, { id, instanceId: first });
      await eventually(world, async () => (await read(volumes, id)).attachments.length > 0);
      await eventually(world, async () => (await volumes.attachVolume(id, second, '/dev/sdf')) !== 'not-ready');
      expect(await volumes.attachVolume(id, second, '/dev/sdf')).toBe('in-use');
      expect((await read(volumes, id)).attachments).toMatchObject([{ instanceId: first }]);
    },
  },
  'an instance that EC2 does not know is not ready for a volume': {
    async run(world) {
      const { volumes, spec } = await open(world);
      const { id } = await volumes.createVolume(spec());
      expect(await volumes.attachVolume(id, 'i-0123456789abcdef0', '/dev/sdf')).toBe('not-ready');
    },
  },
  'a data volume that does not exist cannot be attached': {
    async run(world) {
      const { volumes } = await open(world);
      const instanceId = await launch(world);
      const tryIt = () => volumes.attachVolume('vol-0123456789abcdef0', instanceId, '/dev/sdf');
      await eventually(world, async () => (await tryIt()) !== 'not-ready');
      expect(await tryIt()).toBe('absent');
    },
  },
  'a data volume outlives the instance that holds it': {
    async run(world) {
      const { volumes, spec } = await open(world);
      const { id } = await volumes.createVolume(spec());
      const instanceId = await launch(world);
      await attach(world, volumes, { id, instanceId });
      await world.ec2.terminate([instanceId]);
      await eventually(world, async () => (await read(volumes, id)).state === 'available');
      expect((await read(volumes, id)).attachments).toEqual([]);
    },
  },
  'a snapshot is found by its tags, becomes a volume, and is deleted': {
    async run(world) {
      const { volumes, spec } = await open(world);
      const { id } = await volumes.createVolume(spec());
      await eventually(world, async () => (await read(volumes, id)).state === 'available');
      const snapshotId = await volumes.createSnapshot(id, TAGS);
      const find = async () => (await volumes.findSnapshots(TAGS))[0];
      await eventually(world, async () => (await find())?.state === 'completed');
      expect(await find()).toMatchObject({ id: snapshotId, sizeGiB: 8, tags: TAGS });
      const { sizeGiB: _, ...fromSnapshot } = spec({ snapshotId, clientToken: `other-${id}` });
      expect(await volumes.createVolume(fromSnapshot)).toMatchObject({ sizeGiB: 8 });
      expect(await volumes.deleteSnapshot(snapshotId)).toBe('deleted');
      expect(await volumes.deleteSnapshot(snapshotId)).toBe('absent');
      expect(await volumes.findSnapshots(TAGS)).toEqual([]);
    },
  },
  'tags of a volume and of a snapshot are overwritten': {
    async run(world) {
      const { volumes, spec } = await open(world);
      const { id } = await volumes.createVolume(spec());
      await eventually(world, async () => (await read(volumes, id)).state === 'available');
      const snapshotId = await volumes.createSnapshot(id, TAGS);
      for (const one of [id, snapshotId]) {
        expect(await volumes.tagResource(one, { 'ci-actions:keep-until': '1' })).toBe('tagged');
        expect(await volumes.tagResource(one, { 'ci-actions:keep-until': '2' })).toBe('tagged');
      }
      const tags = { ...TAGS, 'ci-actions:keep-until': '2' };
      expect((await read(volumes, id)).tags).toEqual(tags);
      expect((await volumes.findSnapshots(TAGS))[0]?.tags).toEqual(tags);
    },
  },
  'a volume that does not exist cannot be tagged': {
    async run(world) {
      const { volumes } = await open(world);
      expect(await volumes.tagResource('vol-0123456789abcdef0', TAGS)).toBe('absent');
    },
  },
  'each zone has at most one default subnet': {
    async run(world) {
      const { volumes } = await open(world);
      const zones = (await volumes.findDefaultSubnets()).map(({ availabilityZone }) => availabilityZone);
      expect(zones.length).toBeGreaterThan(1);
      expect(new Set(zones).size).toBe(zones.length);
      expect((await volumes.findDefaultSubnets()).map(({ id }) => id)).toEqual(
        expect.arrayContaining([...world.catalog.subnets]),
      );
    },
  },
} satisfies Record<string, Ec2Case>;

export type VolumeCaseName = keyof typeof cases;
export const VOLUME_CASES: Readonly<Record<VolumeCaseName, Ec2Case>> = cases;

async function open(world: Ec2World) {
  const volumes = await world.ec2.openVolumes();
  const [subnet] = await world.ec2.describeSubnets([world.catalog.subnets[0]]);
  const clientToken = `volume-${++tokens}`;
  const spec = (changes: Partial<DataVolumeSpec> = {}): DataVolumeSpec => ({
    availabilityZone: subnet!.availabilityZone,
    sizeGiB: 8,
    type: 'gp3',
    tags: TAGS,
    clientToken,
    ...changes,
  });
  return { volumes, spec };
}

let tokens = 0;

async function read(volumes: VolumesEc2, id: string): Promise<DataVolume> {
  const volume = await volumes.describeVolume(id);
  if (!volume) throw new Error(`Volume ${id} is gone.`);
  return volume;
}

async function launch(world: Ec2World): Promise<string> {
  const outcome = await world.ec2.launch(specFor(world, { plan: planFor(world) }));
  if (outcome.kind !== 'launched') throw new Error(outcome.kind);
  return outcome.instance.id;
}

/** EC2 refuses to attach to an instance that is not running yet. */
function attach(world: Ec2World, volumes: VolumesEc2, at: { id: string; instanceId: string }): Promise<void> {
  return eventually(world, async () => (await volumes.attachVolume(at.id, at.instanceId, '/dev/sdf')) === 'attached');
}
