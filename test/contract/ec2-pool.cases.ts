import { expect } from '@jest/globals';
import type { Ec2Case } from './ec2.cases.js';
import { eventually, planFor, specFor, type Ec2World } from './ec2.world.js';

const UNKNOWN_ID = 'i-0ffffffffffffffff';
const OTHER = Buffer.from('#!/bin/bash\necho other\n');

/** The behavior that only pools need. `ec2.suite.ts` makes a test of each case for each implementation. */
const cases = {
  'an instance that stops at its power-off can be tagged and started again': {
    async run(world) {
      const id = await stopped(world);
      expect(await world.ec2.tagInstance(id, { Name: 'claimed', More: 'a=b' })).toBe('tagged');
      const [tagged] = await world.ec2.findInstances({ Name: 'claimed', More: 'a=b' });
      expect(tagged).toMatchObject({ id, tags: { 'ci-actions:repository': 'octo-org/octo-repo' } });
      expect(await world.ec2.resume(id)).toMatchObject({ kind: 'resumed' });
      await untilState(world, id, 'running');
    },
  },
  'an instance with new user data terminates at its next power-off': {
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
  'starting an instance twice starts it once': {
    async run(world) {
      const id = await stopped(world);
      await world.ec2.resume(id);
      expect(await world.ec2.resume(id)).toMatchObject({ kind: 'resumed' });
      await untilState(world, id, 'running');
    },
  },
  'a running instance keeps its user data': {
    async run(world) {
      const id = await launch(world);
      await untilState(world, id, 'running');
      expect(await world.ec2.writeUserData(id, OTHER)).toBe('gone');
      expect(await world.readUserData(id)).not.toBe(OTHER.toString());
    },
  },
  'a terminated instance cannot be started': {
    async run(world) {
      const id = await stopped(world);
      await world.ec2.terminate([id]);
      await untilState(world, id, 'terminated');
      expect(await world.ec2.resume(id)).toEqual({ kind: 'gone' });
    },
  },
  'a terminated instance gets no new user data': {
    async run(world) {
      const id = await stopped(world);
      await world.ec2.terminate([id]);
      await untilState(world, id, 'terminated');
      expect(await world.ec2.writeUserData(id, OTHER)).toBe('gone');
    },
  },
  'an unknown instance cannot be started': {
    async run({ ec2 }) {
      expect(await ec2.resume(UNKNOWN_ID)).toEqual({ kind: 'gone' });
    },
  },
  'an unknown instance cannot be tagged': {
    async run({ ec2 }) {
      expect(await ec2.tagInstance(UNKNOWN_ID, { Name: 'x' })).toBe('gone');
    },
  },
  'an unknown instance gets no new user data': {
    async run({ ec2 }) {
      expect(await ec2.writeUserData(UNKNOWN_ID, OTHER)).toBe('gone');
    },
  },
  'a start without capacity is refused and leaves the instance stopped': {
    async run(world) {
      const id = await stopped(world);
      await world.exhaust(planFor(world));
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
