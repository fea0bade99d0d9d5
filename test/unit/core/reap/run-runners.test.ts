import { describe, expect, test } from '@jest/globals';
import { TAG } from '../../../../src/core/kernel/identity.js';
import { runnerTags } from '../../../../src/core/kernel/runner-tags.js';
import { brief, SweepWorld } from '../../../worlds/sweep.js';

const NAME = 'ec2-77-1-start-0123abcd-0';
const COMPLETED = 'instance removed: the run attempt that started it is completed';

/** A machine with a runner for one job, and one that the machine registers itself. */
async function begin(options: { readonly isRegistered?: boolean; readonly startupMinutes?: number } = {}) {
  const world = new SweepWorld();
  const { instance, runners } = await world.startSeveral(1);
  const { name, id } = runners[0]!;
  const tags = runnerTags([
    { id, name },
    { id: undefined, name: `${NAME}-1` },
  ]);
  world.ec2.retag(instance.id, { ...tags, [TAG.timeouts]: `startup=${options.startupMinutes ?? 20} idle=10` });
  const register = () => world.github().addRunner({ name: `${NAME}-1`, status: 'online', isReused: true });
  if (options.isRegistered ?? true) register();
  return { world, instance, register };
}

const names = (world: SweepWorld) => world.github().listed.map(({ name }) => name);

describe('A machine that registers a runner itself', () => {
  test('is kept while that runner is busy, though its run is completed', async () => {
    const { world, instance } = await begin();
    world.github().goBusy(`${NAME}-1`);
    world.setRun('completed');
    expect(brief(await world.reap())).toEqual([]);
    expect(world.state({ instance })).toBe('running');
    expect(world.changes).toEqual([]);
  });

  test('is kept beyond the grace period while it may still register the runner, and no longer', async () => {
    const { world, instance } = await begin({ isRegistered: false });
    world.github().finish(`${NAME}-0`);
    await world.age(19);
    expect(brief(await world.reap())).toEqual([]);
    await world.age(1);
    expect(brief(await world.reap())).toEqual(['instance removed: it has no registered runner']);
    expect(world.state({ instance })).toBe('shutting-down');
  });

  test('is kept until its own time is over when its timeouts cannot be read', async () => {
    const { world, instance } = await begin({ isRegistered: false });
    world.github().finish(`${NAME}-0`);
    world.ec2.retag(instance.id, { [TAG.timeouts]: 'soon' });
    await world.age(300);
    expect(brief(await world.reap())).toEqual([]);
    await world.age(61);
    expect(brief(await world.reap())).toEqual([expect.stringContaining('instance removed: its time ended')]);
  });

  test('is removed with all of its runners once its run is completed', async () => {
    const { world, instance } = await begin();
    world.setRun('completed');
    expect(brief(await world.reap())).toEqual([COMPLETED]);
    expect([names(world), world.state({ instance })]).toEqual([[], 'shutting-down']);
  });

  test('is removed with a runner that it registers between the judgments and the removal', async () => {
    const { world, instance, register } = await begin({ isRegistered: false });
    world.setRun('completed');
    world.github().onCall = (method) => {
      if (method !== 'readRunner') return;
      world.github().onCall = () => undefined;
      register();
    };
    expect(brief(await world.reap())).toEqual([COMPLETED]);
    expect([names(world), world.state({ instance })]).toEqual([[], 'shutting-down']);
  });

  test('is spared when that runner becomes busy at the removal', async () => {
    const { world, instance } = await begin();
    const { id } = world.github().listed[1]!;
    world.setRun('completed');
    world.github().onCall = (method, argument) => {
      if (method === 'removeRunner' && argument === id) world.github().goBusy(`${NAME}-1`);
    };
    expect(brief(await world.reap())).toEqual(['instance spared: it came into use meanwhile']);
    expect(world.state({ instance })).toBe('running');
  });

  test('is spared when that runner is registered and busy before the second judgment', async () => {
    const { world, instance, register } = await begin({ isRegistered: false });
    world.setRun('completed');
    world.github().onCall = (method) => {
      if (method !== 'readRunAttempt') return;
      world.github().onCall = () => undefined;
      register();
      world.github().goBusy(`${NAME}-1`);
    };
    expect(brief(await world.reap())).toEqual([`instance spared: its runner ${NAME}-1 is busy`]);
    expect(world.state({ instance })).toBe('running');
  });

  test.each(['2 -- ', '2 x', '- -1'])('is left to a person when the tag of the ids is %j', async (value) => {
    const { world, instance } = await begin();
    world.setRun('completed');
    world.ec2.retag(instance.id, { [TAG.runnerId]: value });
    expect(brief(await world.reap())).toEqual([expect.stringMatching(/^instance skipped/)]);
  });
});

describe('A runner that its machine has registered', () => {
  test('is no ghost while the machine shuts down, and is one afterwards', async () => {
    const { world, instance } = await begin();
    world.github().finish(`${NAME}-0`);
    world.github().disconnect(`${NAME}-1`);
    world.setRun('completed');
    await world.ec2.terminate([instance.id]);
    expect(brief(await world.reap())).toEqual([]);
    await world.age(1);
    expect(brief(await world.reap())).toEqual([
      'runner removed: it is offline, has no instance, and its run attempt is completed',
    ]);
    expect(names(world)).toEqual([]);
  });

  test('is no ghost while its run is active, and none while it is online', async () => {
    const { world, instance } = await begin();
    world.github().finish(`${NAME}-0`);
    await world.ec2.terminate([instance.id]);
    await world.age(1);
    world.setRun('completed');
    expect(brief(await world.reap())).toEqual([]);
    world.github().disconnect(`${NAME}-1`);
    world.setRun('active');
    expect(brief(await world.reap())).toEqual([]);
    expect(names(world)).toEqual([`${NAME}-1`]);
  });
});
