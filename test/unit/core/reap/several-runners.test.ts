import { describe, expect, test } from '@jest/globals';
import { TAG } from '../../../../src/core/kernel/identity.js';
import { brief, MINUTE, SweepWorld } from '../../../worlds/sweep.js';

const COMPLETED = 'instance removed: the run attempt that started it is completed';
const names = (world: SweepWorld) => world.github().listed.map(({ name }) => name);

describe('An instance with three runners', () => {
  test.each([0, 1, 2])('is kept while runner %d is busy, though its run is completed', async (at) => {
    const world = new SweepWorld();
    const started = await world.startSeveral(3);
    const { name } = started.runners[at]!;
    world.github().goBusy(name);
    world.setRun('completed');
    expect(brief(await world.reap())).toEqual([]);
    expect(world.state(started)).toBe('running');
    expect(world.said).toContain(`debug: Kept instance ${started.instance.id}: its runner ${name} is busy.`);
    expect(world.github().calls).toEqual(['listRunners']);
    expect(world.changes).toEqual([]);
  });

  test('is removed after all three runners', async () => {
    const world = new SweepWorld();
    const started = await world.startSeveral(3);
    world.setRun('completed');
    const listedAtTheEnd: string[][] = [];
    const terminate = world.ec2.terminate.bind(world.ec2);
    world.ec2.terminate = (ids) => {
      listedAtTheEnd.push(names(world));
      return terminate(ids);
    };
    expect(brief(await world.reap())).toEqual([COMPLETED]);
    expect(listedAtTheEnd).toEqual([[]]);
    expect(world.state(started)).toBe('shutting-down');
  });

  test('is spared when its second runner becomes busy at the removal, with its third runner', async () => {
    const world = new SweepWorld();
    const started = await world.startSeveral(3);
    const [, second, third] = started.runners;
    world.setRun('completed');
    world.github().onCall = (method, id) => {
      if (method === 'removeRunner' && id === second!.id) world.github().goBusy(second!.name);
    };
    expect(brief(await world.reap())).toEqual(['instance spared: it came into use meanwhile']);
    expect(world.state(started)).toBe('running');
    expect(names(world)).toEqual([second!.name, third!.name]);
  });

  test('is spared when any runner becomes busy before the second judgment', async () => {
    const world = new SweepWorld();
    const started = await world.startSeveral(3);
    const third = started.runners[2]!;
    world.setRun('completed');
    world.github().onCall = (method) => {
      if (method === 'readRunner') world.github().goBusy(third.name);
    };
    expect(brief(await world.reap())).toEqual([`instance spared: its runner ${third.name} is busy`]);
    expect(world.state(started)).toBe('running');
    expect(world.changes).toEqual([]);
  });

  test('is kept while GitHub lists one of them, and removed when it lists none', async () => {
    const world = new SweepWorld();
    const started = await world.startSeveral(3);
    for (const { name } of started.runners.slice(0, 2)) world.github().finish(name);
    await world.age(20);
    expect(brief(await world.reap())).toEqual([]);
    world.github().finish(started.runners[2]!.name);
    expect(brief(await world.reap())).toEqual(['instance removed: it has no registered runner']);
    expect(world.state(started)).toBe('shutting-down');
  });

  test('is left to a person beyond its time, and the busy runner is named', async () => {
    const world = new SweepWorld();
    const started = await world.startSeveral(3, { lifetimeMs: MINUTE });
    const { name } = started.runners[1]!;
    world.github().goBusy(name);
    await world.age(20);
    const why = `its time ended at 2026-01-01T00:01:00.000Z, but its runner ${name} is busy`;
    expect(brief(await world.reap())).toEqual([`instance skipped: ${why}`]);
    expect(world.state(started)).toBe('running');
  });

  test('is left to a person when its tags name the id of another runner', async () => {
    const world = new SweepWorld();
    const { instance, runners } = await world.startSeveral(3);
    const other = world.github().addRunner({ name: 'builder-1' });
    const [first, second, third] = runners;
    world.setRun('completed');
    world.ec2.retag(instance.id, { [TAG.runnerId]: `${first!.id} ${second!.id} ${other.id}` });
    expect(brief(await world.reap())).toEqual([
      `instance skipped: its tags name the runner ${third!.name} (${other.id}), but GitHub has builder-1 (${other.id})`,
    ]);
    expect(world.changes).toEqual([]);
  });

  test.each([
    [
      TAG.runnerId,
      '2 3',
      `${TAG.runnerName} is "ec2-77-1-start-0123abcd-0-0 -1 -2", which does not name the 2 runners`,
    ],
    [TAG.runnerId, '2 3 x', `${TAG.runnerId} is "2 3 x", which is not an id`],
    [
      TAG.runnerName,
      'ec2-77-1-a-0123abcd-0 -1 x',
      `${TAG.runnerName} is "ec2-77-1-a-0123abcd-0 -1 x", which is not a name`,
    ],
    [
      TAG.runnerName,
      'ec2-77-1-a-0123abcd-0 -1 ec2-78-1-a-0123abcd-0',
      `${TAG.runnerName} is "ec2-77-1-a-0123abcd-0 -1 ec2-78-1-a-0123abcd-0", which belongs to another run or attempt`,
    ],
  ])('is left to a person when its tag %s is %s', async (tag, value, words) => {
    const world = new SweepWorld();
    const started = await world.startSeveral(3);
    world.setRun('completed');
    world.ec2.retag(started.instance.id, { [tag]: value });
    expect(brief(await world.reap())).toEqual([expect.stringContaining(`instance skipped: its tag ${words}`)]);
    expect(world.state(started)).toBe('running');
    expect(names(world)).toHaveLength(3);
  });
});

describe('A runner is no ghost', () => {
  const offline = { runner: { status: 'offline' } };

  test.each([0, 1, 2])('while the instance that names it as runner %d of three shuts down', async (at) => {
    const world = new SweepWorld();
    const { instance, runners } = await world.startSeveral(3, offline);
    for (const { name } of runners) if (name !== runners[at]!.name) world.github().finish(name);
    world.setRun('completed');
    await world.ec2.terminate([instance.id]);
    expect(brief(await world.reap())).toEqual([]);
    expect(names(world)).toEqual([runners[at]!.name]);
  });

  test.each([{ [TAG.expiresAt]: 'soon' }, { [TAG.runnerId]: 'x' }, { [TAG.runnerName]: 'renamed' }])(
    'while an instance with contradictory tags names it among three (%j)',
    async (changes) => {
      const world = new SweepWorld();
      const { instance } = await world.startSeveral(3, offline);
      world.setRun('completed');
      world.ec2.retag(instance.id, changes);
      expect(brief(await world.reap())).toEqual([expect.stringMatching(/^instance skipped/)]);
      expect(names(world)).toHaveLength(3);
    },
  );
});

test.each(['ec2-77-1-start-0123abcd-0-1', 'ec2-77-1-start-0123abcd-0-1r2'])(
  'The runner %s, one of several of its instance, is a ghost once its run is completed',
  async (name) => {
    const world = new SweepWorld();
    world.github().addRunner({ name });
    world.setRun('completed');
    expect((await world.reap()).findings).toMatchObject([{ kind: 'runner', name, outcome: 'removed' }]);
  },
);
