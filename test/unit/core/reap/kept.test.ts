import { expect, test } from '@jest/globals';
import { TAG } from '../../../../src/core/kernel/identity.js';
import { nameMachineLock, originOf } from '../../../../src/core/kernel/origin.js';
import { run } from '../../../worlds/requests.js';
import { brief, MINUTE, SweepWorld } from '../../../worlds/sweep.js';

/** An instance whose single-use runner is gone after its job, kept until 30 min after its launch. */
async function aKeptMachine(tags: Readonly<Record<string, string>>) {
  const world = new SweepWorld();
  const started = await world.start();
  world.github().remove(started.runner.name);
  world.ec2.retag(started.instance.id, { [TAG.keepOnFailure]: '30', ...tags });
  return { world, started };
}

test('a machine that a stop has kept is left until then and a grace period, and then removed', async () => {
  const { world, started } = await aKeptMachine({ [TAG.keepUntil]: '2026-01-01T00:30:00.000Z' });
  world.setRun('completed');
  await world.age(44);
  expect(brief(await world.reap())).toEqual([]);
  await world.age(1);
  expect(brief(await world.reap())).toEqual([
    'instance removed: it was kept until 2026-01-01T00:30:00.000Z after its job',
  ]);
  expect(world.state(started)).toBe('shutting-down');
});

test('no tag keeps a machine beyond its lifetime', async () => {
  const world = new SweepWorld();
  const started = await world.start({ lifetimeMs: 10 * MINUTE });
  world.ec2.retag(started.instance.id, { [TAG.keepUntil]: '2027-01-01T00:00:00.000Z' });
  await world.age(10);
  expect(brief(await world.reap())).toEqual(['instance removed: its time ended at 2026-01-01T00:10:00.000Z']);
});

test('a machine that may be kept is left to the stop while its run is active, and removed afterwards', async () => {
  const { world, started } = await aKeptMachine({});
  await world.age(60);
  expect(brief(await world.reap())).toEqual([]);
  world.setRun('completed');
  await world.age(1);
  expect(brief(await world.reap())).toEqual(['instance removed: the run attempt that started it is completed']);
  expect(world.state(started)).toBe('shutting-down');
});

test('a time that start-runner and stop-runner do not write is left to a person', async () => {
  const { world } = await aKeptMachine({ [TAG.keepUntil]: 'tomorrow' });
  await world.age(60);
  expect(brief(await world.reap())).toEqual([
    `instance skipped: its tag ${TAG.keepUntil} is "tomorrow", which is not a time`,
  ]);
});

test('the lock of a machine name is removed when its run is completed, and not before', async () => {
  const world = new SweepWorld();
  const started = await world.start();
  const { owner, repo, runId } = { ...run, runId: started.instance.tags[TAG.runId]! };
  const scope = { kind: 'repo', owner, repo } as const;
  const name = nameMachineLock('bench', { run, scope });
  world.github().addRunner({ name, labels: ['bench', originOf({ ...run, runId }, 'aaaaaaaa')] });
  await world.age(60);
  expect(brief(await world.reap())).toEqual([]);
  world.setRun('completed');
  await world.reap();
  expect(world.github().listed).toEqual([]);
});
