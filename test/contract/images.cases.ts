import { expect } from '@jest/globals';
import type { ImageCopy } from '../../src/core/images/ports.js';
import { HALF_AN_HOUR_MS, type Case } from './contract.js';
import { untilAvailable, type ImagesWorld } from './images.world.js';

type ImagesCase = Case<ImagesWorld, object>;

const UNKNOWN_ID = 'ami-0ffffffffffffffff';
const TAGS = { 'ci-actions:preset': 'amd64', 'ci-actions:runner-version': '2.336.0' };
const PARAMETER = '/ci-actions/ami/contract';

/** The behavior of the port, by name. `images.suite.ts` makes a test of each case for each implementation. */
const cases = {
  'an image is found by its id, with its snapshot and its creation date': {
    async run(world) {
      const id = await world.makeImage('contract-1', TAGS);
      const image = await world.ec2.findImage(id);
      expect(image).toMatchObject({ id, name: 'contract-1', state: 'available', architecture: 'x86_64', tags: TAGS });
      expect(image?.snapshotIds).toEqual([expect.stringMatching(/^snap-/)]);
      expect(Math.abs((image?.createdAt ?? 0) - world.clock.now())).toBeLessThan(HALF_AN_HOUR_MS);
      expect(image?.deprecatedFrom).toBeUndefined();
      expect(await world.ec2.findImage(UNKNOWN_ID)).toBeUndefined();
    },
  },
  "only the account's own images are listed": {
    async run(world) {
      const ids = [await world.makeImage('contract-1', TAGS), await world.makeImage('contract-2')];
      const listed = (await world.ec2.listImages()).map(({ id }) => id);
      expect(listed).toEqual(expect.arrayContaining(ids));
      expect(listed).not.toContain(world.foreignImage);
      expect((await world.away.listImages()).map(({ id }) => id)).not.toContain(ids[0]);
    },
  },
  'a parameter is created, overwritten, and read by name and by version, in its region only': {
    async run({ ec2, away }) {
      expect(await ec2.resolveParameter(PARAMETER)).toBeUndefined();
      await ec2.writeParameter(PARAMETER, 'ami-old');
      await ec2.writeParameter(PARAMETER, 'ami-new');
      expect([...(await ec2.readParameters([PARAMETER, `${PARAMETER}/previous`]))]).toEqual([[PARAMETER, 'ami-new']]);
      expect(await ec2.resolveParameter(`${PARAMETER}:1`)).toBe('ami-old');
      expect(await ec2.resolveParameter(`${PARAMETER}:9`)).toBeUndefined();
      expect(await away.resolveParameter(PARAMETER)).toBeUndefined();
    },
  },
  'a parameter is read by its ARN': {
    async run({ ec2 }) {
      await ec2.writeParameter(PARAMETER, 'ami-new');
      const arn = `arn:aws:ssm:us-east-1:123456789012:parameter${PARAMETER}`;
      expect(await ec2.resolveParameter(arn)).toBe('ami-new');
    },
  },
  'a copy has another id and the same name, and is available after a while': {
    async run(world) {
      const copied = await world.away.copyImage(await original(world));
      const id = copied === 'name-taken' ? '' : copied.id;
      await untilAvailable(world, world.away, id);
      const image = await world.away.findImage(id);
      expect(image).toMatchObject({ name: 'contract-1', architecture: 'x86_64' });
      expect(image?.snapshotIds).toHaveLength(1);
      expect((await world.ec2.listImages()).map((one) => one.id)).not.toContain(id);
    },
  },
  "a copy and its snapshot carry the original's tags": {
    async run(world) {
      const copied = await world.away.copyImage(await original(world));
      const id = copied === 'name-taken' ? '' : copied.id;
      await untilAvailable(world, world.away, id);
      const image = await world.away.findImage(id);
      expect(image?.tags).toEqual(TAGS);
      const snapshots = await world.away.listSnapshots(TAGS);
      expect(snapshots.map((one) => one.id)).toEqual(expect.arrayContaining([...(image?.snapshotIds ?? ['none'])]));
    },
  },
  'the same client token copies once': {
    async run(world) {
      const copy = await original(world);
      const first = await world.away.copyImage(copy);
      expect(await world.away.copyImage(copy)).toEqual(first);
    },
  },
  'a copy with the name of another image is refused': {
    async run(world) {
      const copy = await original(world);
      const first = await world.away.copyImage(copy);
      expect(first).not.toBe('name-taken');
      expect(await world.away.copyImage({ ...copy, clientToken: 'contract-another' })).toBe('name-taken');
    },
  },
  'a copy of an image that does not exist is a failure': {
    async run(world) {
      const copy = { ...(await original(world)), from: { region: 'us-east-1', id: UNKNOWN_ID } };
      await expect(world.away.copyImage(copy)).rejects.toMatchObject({ name: 'Failure', code: 'image-not-found' });
    },
  },
  'an image is deprecated from a date on, to the minute': {
    async run(world) {
      const id = await world.makeImage('contract-1');
      const from = world.clock.now() + 60 * 86_400_000;
      await world.ec2.deprecateImage(id, from);
      const image = await world.ec2.findImage(id);
      expect(Math.abs((image?.deprecatedFrom ?? 0) - from)).toBeLessThanOrEqual(30_000);
      expect((await world.ec2.listImages()).map((one) => one.id)).toContain(id);
    },
  },
  "another account's image cannot be deprecated or deregistered": {
    async run({ ec2, foreignImage, clock }) {
      await expect(ec2.deprecateImage(foreignImage, clock.now() + 86_400_000)).rejects.toMatchObject({
        name: 'Failure',
      });
      await expect(ec2.deregisterImage(foreignImage)).rejects.toMatchObject({ name: 'Failure' });
      expect(await ec2.findImage(foreignImage)).toMatchObject({ state: 'available' });
    },
  },
  'an image is deregistered, and deregistering it twice succeeds': {
    async run(world) {
      const [id, other] = [await world.makeImage('contract-1', TAGS), await world.makeImage('contract-2', TAGS)];
      expect(await world.ec2.deregisterImage(id)).toEqual({ left: [] });
      expect((await world.ec2.listImages()).map((one) => one.id)).not.toContain(id);
      expect(await world.ec2.findImage(id)).toBeUndefined();
      expect(await world.ec2.deregisterImage(id)).toBe('absent');
      expect(await world.ec2.deregisterImage(UNKNOWN_ID)).toBe('absent');
      expect(await world.ec2.findImage(other)).toMatchObject({ state: 'available' });
    },
  },
  'deregistering an image deletes its snapshot and no other': {
    async run(world) {
      const [id, other] = [await world.makeImage('contract-1', TAGS), await world.makeImage('contract-2', TAGS)];
      const [gone] = (await world.ec2.findImage(id))?.snapshotIds ?? [];
      const [stays] = (await world.ec2.findImage(other))?.snapshotIds ?? [];
      await world.ec2.deregisterImage(id);
      const left = (await world.ec2.listSnapshots(TAGS)).map((one) => one.id);
      expect(left).toContain(stays);
      expect(left).not.toContain(gone);
    },
  },
  'snapshots are found by their tags; an unused one is deleted, and deleting it twice succeeds': {
    async run(world) {
      const id = await world.abandonSnapshot({ ...TAGS, Name: 'contract' });
      await world.abandonSnapshot({ Name: 'another' });
      const [snapshot, ...others] = await world.ec2.listSnapshots({ Name: 'contract' });
      expect(others).toEqual([]);
      expect(snapshot).toMatchObject({ id, state: 'completed', tags: { ...TAGS, Name: 'contract' } });
      expect(Math.abs((snapshot?.createdAt ?? 0) - world.clock.now())).toBeLessThan(HALF_AN_HOUR_MS);
      expect(await world.ec2.deleteSnapshot(id)).toBe('deleted');
      expect(await world.ec2.listSnapshots({ Name: 'contract' })).toEqual([]);
      expect(await world.ec2.deleteSnapshot(id)).toBe('absent');
    },
  },
  'a snapshot that an image uses is not deleted': {
    async run(world) {
      const image = await world.ec2.findImage(await world.makeImage('contract-1', TAGS));
      const [id] = image?.snapshotIds ?? [];
      expect(await world.ec2.deleteSnapshot(id ?? '')).toBe('in-use');
      expect((await world.ec2.listSnapshots(TAGS)).map((one) => one.id)).toContain(id);
    },
  },
  'the instances of an image are found until they are terminated': {
    async run(world) {
      const [id, other] = [await world.makeImage('contract-1'), await world.makeImage('contract-2')];
      const instance = await world.launch(id);
      await world.launch(other);
      expect(await world.ec2.findInstancesOf([id, UNKNOWN_ID])).toMatchObject([{ id: instance.id, imageId: id }]);
      expect(await world.ec2.findInstancesOf([])).toEqual([]);
      await instance.end();
      expect(await world.ec2.findInstancesOf([id])).toEqual([]);
    },
  },
  'every version of every template is listed, with its image as written': {
    async run(world) {
      const id = await world.makeImage('contract-1');
      await world.makeTemplate('web', [id, `resolve:ssm:${PARAMETER}:1`, UNKNOWN_ID]);
      for (let made = 0; made < 20; made++) await world.makeTemplate(`other-${made}`, [id]);
      const versions = await world.ec2.listTemplateVersions();
      expect(versions.filter(({ template }) => template === 'web').toSorted((a, b) => a.version - b.version)).toEqual([
        { template: 'web', version: 1, image: id },
        { template: 'web', version: 2, image: `resolve:ssm:${PARAMETER}:1` },
        { template: 'web', version: 3, image: UNKNOWN_ID },
      ]);
      expect(new Set(versions.map(({ template }) => template)).size).toBe(21);
    },
  },
} satisfies Record<string, ImagesCase>;

export type ImagesCaseName = keyof typeof cases;
export const IMAGES_CASES: Readonly<Record<ImagesCaseName, ImagesCase>> = cases;

async function original(world: ImagesWorld): Promise<ImageCopy> {
  const id = await world.makeImage('contract-1', TAGS);
  const from = { region: world.ec2.region, id };
  return { from, name: 'contract-1', snapshotTags: TAGS, clientToken: 'contract-copy' };
}
