import { expect } from '@jest/globals';
import type { SpotRequest, Volume } from '../../src/core/ports/ec2.js';
import { HALF_AN_HOUR_MS } from './contract.js';
import type { Ec2Case } from './ec2.cases.js';
import { eventually, planFor, specFor, type Ec2World } from './ec2.world.js';

const OWNER = 'ci-actions:repository';

/** The behavior that only the reaper needs. `ec2.suite.ts` makes a test of each case for each implementation. */
const cases = {
  "finds instances by the beginning of a tag's value, taken literally": {
    async run(world) {
      for (const repository of ['octo*/a', 'octo*/b', 'octo-org/a', 'octo*', 'my-octo*/a']) {
        await world.ec2.launch(specFor(world, { tags: { [OWNER]: repository } }));
      }
      const found = await world.ec2.findInstances({ [OWNER]: { startsWith: 'octo*/' } });
      expect(ownersOf(found)).toEqual(['octo*/a', 'octo*/b']);
    },
  },
  "finds volumes and spot requests by the beginning of a tag's value": {
    async run(world) {
      for (const repository of ['octo/a', 'octo/b', 'octo-org/a', 'octo', 'my-octo/a']) {
        await world.abandonVolume({ [OWNER]: repository });
        await world.openSpotRequest({ [OWNER]: repository });
      }
      const filter = { [OWNER]: { startsWith: 'octo/' } };
      for (const found of [await world.ec2.findVolumes(filter), await world.ec2.findSpotRequests(filter)]) {
        expect(ownersOf(found)).toEqual(['octo/a', 'octo/b']);
      }
    },
  },
  'finds everything with a tag key in any letter case, with any value': {
    async run(world) {
      const keys = [
        'CI-Actions:Repository',
        OWNER,
        'ci-actions:owner',
        'my-ci-actions:repository',
        'ci_actions:repository',
      ];
      for (const key of keys) {
        await world.ec2.launch(specFor(world, { tags: { [key]: 'octo/a' } }));
        await world.abandonVolume({ [key]: 'octo/a' });
        await world.openSpotRequest({ [key]: 'octo/a' });
      }
      const filter = { [OWNER]: { inAnyCase: true } } as const;
      const { ec2 } = world;
      for (const found of [
        await ec2.findInstances(filter),
        await ec2.findVolumes(filter),
        await ec2.findSpotRequests(filter),
      ]) {
        expect(new Set(found.flatMap(({ tags }) => Object.keys(tags)))).toEqual(new Set(keys.slice(0, 2)));
      }
    },
  },
  'the volume of an instance is found by its tags, and not deleted': {
    async run(world) {
      await world.ec2.launch(specFor(world));
      await eventually(world, async () => (await volumes(world))[0]?.state === 'in-use');
      const [volume, ...others] = await volumes(world);
      expect(others).toEqual([]);
      expect(volume).toMatchObject({ type: 'gp3', sizeGiB: 60, tags: { Name: 'contract' } });
      expect(Math.abs((volume?.createdAt ?? 0) - world.clock.now())).toBeLessThan(HALF_AN_HOUR_MS);
      expect(await world.ec2.deleteVolume(volume?.id ?? '')).toBe('in-use');
      expect(await volumes(world)).toHaveLength(1);
    },
  },
  'a detached volume is deleted, and deleting it twice succeeds': {
    async run(world) {
      const id = await world.abandonVolume({ Name: 'contract' });
      await world.abandonVolume({ Name: 'another' });
      expect(await volumes(world)).toMatchObject([{ id, state: 'available', type: 'gp3', sizeGiB: 8 }]);
      expect(await world.ec2.deleteVolume(id)).toBe('deleted');
      await eventually(world, async () => (await volumes(world)).length === 0);
      expect(await world.ec2.deleteVolume(id)).toBe('absent');
      expect(await world.ec2.findVolumes({ Name: 'another' })).toHaveLength(1);
    },
  },
  'every volume is found, however many there are': {
    async run(world) {
      for (let made = 0; made < 12; made++) await world.abandonVolume({ Name: 'contract' });
      expect(new Set((await volumes(world)).map(({ id }) => id)).size).toBe(12);
    },
  },
  'the spot request of an instance is found by its tags': {
    async run(world) {
      const outcome = await world.ec2.launch(specFor(world, { plan: planFor(world, { market: 'spot' }) }));
      const id = outcome.kind === 'launched' ? outcome.instance.id : undefined;
      expect(await requests(world)).toMatchObject([{ state: 'active', instanceId: id, tags: { Name: 'contract' } }]);
    },
  },
  'an open spot request is cancelled, and cancelling it twice succeeds': {
    async run(world) {
      const id = await world.openSpotRequest({ Name: 'contract' });
      await world.openSpotRequest({ Name: 'another' });
      const [request] = await requests(world);
      expect(request).toMatchObject({ id, state: 'open' });
      expect(request?.instanceId).toBeUndefined();
      await world.ec2.cancelSpotRequest(id);
      await eventually(world, async () => (await requests(world)).every(({ state }) => state === 'cancelled'));
      await world.ec2.cancelSpotRequest(id);
      expect(await world.ec2.findSpotRequests({ Name: 'another' })).toMatchObject([{ state: 'open' }]);
    },
  },
  'cancelling a spot request that does not exist succeeds': {
    async run(world) {
      await world.ec2.cancelSpotRequest('sir-0fffffff');
    },
  },
} satisfies Record<string, Ec2Case>;

export type ReaperCaseName = keyof typeof cases;
export const REAPER_CASES: Readonly<Record<ReaperCaseName, Ec2Case>> = cases;

function ownersOf(found: readonly Pick<Volume, 'tags'>[]): string[] {
  return found.map(({ tags }) => tags[OWNER] ?? '').sort((a, b) => a.localeCompare(b));
}

function volumes({ ec2 }: Ec2World): Promise<readonly Volume[]> {
  return ec2.findVolumes({ Name: 'contract' });
}

function requests({ ec2 }: Ec2World): Promise<readonly SpotRequest[]> {
  return ec2.findSpotRequests({ Name: 'contract' });
}
