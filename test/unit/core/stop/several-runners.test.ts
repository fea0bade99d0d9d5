import { beforeEach, describe, expect, test } from '@jest/globals';
import { runnerTags } from '../../../../src/core/kernel/runner-tags.js';
import type { Instance } from '../../../../src/core/ports/ec2.js';
import type { Runner, RunJob } from '../../../../src/core/ports/github.js';
import { startRunners } from '../../../../src/core/start/start.js';
import type { StopRequest } from '../../../../src/core/stop/request.js';
import { stopRunners } from '../../../../src/core/stop/stop.js';
import { createCloud } from '../../../worlds/cloud.js';
import { aRequest, run } from '../../../worlds/requests.js';

let world: ReturnType<typeof createCloud>;
let instance: Instance;
let runners: readonly Runner[];

/** One instance that three runners share, all of them online. */
beforeEach(async () => {
  world = createCloud({ bootMs: 20_000 });
  const [started] = (await startRunners(aRequest(), world.ports)).instances;
  instance = started!.instance;
  const stem = started!.runners[0]!.name.slice(0, -1);
  const others = [1, 2].map((at) => world.github.addRunner({ name: `${stem}${at}`, labels: ['a-label'] }));
  for (const { name } of others) world.github.connect(name);
  runners = [{ ...world.github.listed[0]! }, ...others];
  world.ec2.retag(instance.id, runnerTags(runners));
});

const stop = (changes: Partial<StopRequest> = {}) =>
  stopRunners(
    { run, label: undefined, instanceIds: [], all: false, runnerName: undefined, wait: false, ...changes },
    { ...world.ports, gitHubOf: async () => world.github },
  );
const listed = () => world.github.listed.map(({ name }) => name);
const isAlive = () => world.live().some(({ id }) => id === instance.id);

function setJobs(...jobs: readonly (Partial<RunJob> & { readonly name: string })[]): void {
  const filled = jobs.map((job, at) => ({ id: at + 1, status: 'in_progress', labels: ['a-label'], ...job }));
  world.github.jobs.set('octo-org/octo-repo 77 1', filled);
}

describe('A stop of an instance with three runners', () => {
  test.each([{ label: 'a-label' }, { all: true }])('by %j ends it and removes all of them at once', async (how) => {
    const began = world.clock.now();
    const stopped = await stop(how);
    expect(stopped.instances.map((one) => one.instance.id)).toEqual([instance.id]);
    expect(stopped.runnersRemoved).toEqual(runners.map(({ name }) => name));
    expect(listed()).toEqual([]);
    // No runner makes the stop wait for an instance that EC2 may list later.
    expect(world.clock.now()).toBe(began);
  });

  test('by its id does the same', async () => {
    await stop({ instanceIds: [instance.id] });
    expect(isAlive()).toBe(false);
    expect(listed()).toEqual([]);
  });
});

describe('A stop without a label keeps an instance with three runners', () => {
  test.each([0, 1, 2])('while a job runs on runner %d and the others are done', async (at) => {
    const busy = runners[at]!;
    for (const { name } of runners) if (name !== busy.name) world.github.finish(name);
    setJobs({ name: 'test', runnerName: busy.name });
    const stopped = await stop();
    expect(stopped.kept.map(({ why }) => why)).toEqual(['job test runs on it']);
    expect(isAlive()).toBe(true);
    expect(listed()).toEqual([busy.name]);
    expect(world.said.join('\n')).toContain(
      `Kept ${instance.id} (runners ${runners.map(({ name }) => name).join(', ')}): job test runs on it.`,
    );
  });

  test.each([0, 1, 2])('while runner %d is busy with a job that GitHub does not list', async (at) => {
    const busy = runners[at]!;
    for (const { name } of runners) if (name !== busy.name) world.github.finish(name);
    world.github.goBusy(busy.name);
    setJobs({ name: 'build', runnerName: 'GitHub Actions 8' });
    expect((await stop()).kept.map(({ why }) => why)).toEqual(['its runner is busy']);
    expect(isAlive()).toBe(true);
  });

  test('while one of them waits and the others have had their jobs', async () => {
    const [first, second] = runners;
    setJobs(
      { name: 'test-a', status: 'completed', runnerName: first!.name },
      { name: 'test-b', status: 'completed', runnerName: second!.name },
      { name: 'build', runnerName: 'GitHub Actions 8' },
    );
    expect((await stop()).kept.map(({ why }) => why)).toEqual([
      'its runner waits for a job, and other jobs of this run are unfinished: build',
    ]);
    expect(isAlive()).toBe(true);
    expect(listed()).toHaveLength(3);
  });
});

test('A stop without a label ends an instance when each of its three runners has had its job', async () => {
  const [first, second, third] = runners;
  world.github.finish(first!.name);
  setJobs(
    { name: 'test-b', status: 'completed', runnerName: second!.name },
    { name: 'test-c', status: 'completed', runnerName: third!.name },
    { name: 'build', runnerName: 'GitHub Actions 8' },
  );
  const stopped = await stop();
  expect(stopped.instances).toHaveLength(1);
  expect(stopped.runnersRemoved).toEqual([second!.name, third!.name]);
  expect(isAlive()).toBe(false);
});
