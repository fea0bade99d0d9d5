import { expect } from '@jest/globals';
import type { Ec2Case } from './ec2.cases.js';
import { eventually, planFor, specFor, type Ec2World } from './ec2.world.js';

const NOBODY = 'i-0ffffffffffffffff';
const OTHER = Buffer.from('#!/bin/bash\necho other\n');

/** What only pools ask of EC2; `ec2.suite.ts` turns each into a test of each implementation. */
const cases = {
  'an instance that stops as it powers off is given other tags, and started again': {
    async run(world) {
      const id = await stopped(world);
      expect(await world.ec2.tagInstance(id, { Name: 'claimed', More: 'a=b' })).toBe('tagged');
      const [tagged] = await world.ec2.findInstances({ Name: 'claimed', More: 'a=b' });
      expect(tagged).toMatchObject({ id, tags: { 'ci-actions:repository': 'octo-org/octo-repo' } });
      expect(await world.ec2.resume(id)).toMatchObject({ kind: 'resumed' });
      await untilState(world, id, 'running');
    },
  },
  'one that was given another payload ends with its next power-off': {
    async run(world) {
      const id = await stopped(world);
      expect(await world.ec2.writeUserData(id, OTHER)).toBe('written');
      expect(await world.readUserData(id)).toBe(OTHER.toString());
      await world.ec2.resume(id);
      await untilState(world, id, 'running');
      await world.switchOff(id);
      await untilState(world, id, 'terminated');
    },
  },
  'starting one twice starts it once': {
    async run(world) {
      const id = await stopped(world);
      await world.ec2.resume(id);
      expect(await world.ec2.resume(id)).toMatchObject({ kind: 'resumed' });
      await untilState(world, id, 'running');
    },
  },
  'one that is on keeps its user data': {
    async run(world) {
      const id = await launch(world);
      await untilState(world, id, 'running');
      expect(await world.ec2.writeUserData(id, OTHER)).toBe('gone');
      expect(await world.readUserData(id)).not.toBe(OTHER.toString());
    },
  },
  'one that has ended cannot be started': {
    async run(world) {
      const id = await stopped(world);
      await world.ec2.terminate([id]);
      await untilState(world, id, 'terminated');
      expect(await world.ec2.resume(id)).toEqual({ kind: 'gone' });
    },
  },
  'one that has ended takes no payload': {
    async run(world) {
      const id = await stopped(world);
      await world.ec2.terminate([id]);
      await untilState(world, id, 'terminated');
      expect(await world.ec2.writeUserData(id, OTHER)).toBe('gone');
    },
  },
  'one that EC2 does not know cannot be started': {
    async run({ ec2 }) {
      expect(await ec2.resume(NOBODY)).toEqual({ kind: 'gone' });
    },
  },
  'one that EC2 does not know cannot be tagged': {
    async run({ ec2 }) {
      expect(await ec2.tagInstance(NOBODY, { Name: 'x' })).toBe('gone');
    },
  },
  'one that EC2 does not know takes no payload': {
    async run({ ec2 }) {
      expect(await ec2.writeUserData(NOBODY, OTHER)).toBe('gone');
    },
  },
  'one for which there is no room is refused its start, and stays as it is': {
    async run(world) {
      const id = await stopped(world);
      await world.emptyPool(planFor(world));
      expect(await world.ec2.resume(id)).toMatchObject({
        kind: 'refused',
        refusal: { code: 'InsufficientInstanceCapacity', kind: 'capacity', scope: 'plan' },
      });
      await untilState(world, id, 'stopped');
    },
  },
} satisfies Record<string, Ec2Case>;

export type PoolCaseName = keyof typeof cases;
export const POOL_CASES: Readonly<Record<PoolCaseName, Ec2Case>> = cases;

async function launch(world: Ec2World): Promise<string> {
  const outcome = await world.ec2.launch(specFor(world, { onPowerOff: 'stop' }));
  if (outcome.kind !== 'launched') throw new Error(JSON.stringify(outcome));
  return outcome.instance.id;
}

async function stopped(world: Ec2World): Promise<string> {
  const id = await launch(world);
  await untilState(world, id, 'running');
  await world.switchOff(id);
  await untilState(world, id, 'stopped');
  return id;
}

async function untilState(world: Ec2World, id: string, state: string): Promise<void> {
  await eventually(world, async () => (await world.ec2.describeInstances([id]))[0]?.state === state);
}
