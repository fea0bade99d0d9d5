import { beforeEach, describe, expect, test } from '@jest/globals';
import { Failure } from '../../../../src/core/kernel/failure.js';
import type { Instance } from '../../../../src/core/ports/ec2.js';
import type { RunJob } from '../../../../src/core/ports/github.js';
import { startRunners } from '../../../../src/core/start/start.js';
import type { StopRequest } from '../../../../src/core/stop/request.js';
import { stopRunners } from '../../../../src/core/stop/stop.js';
import { createCloud } from '../../../worlds/cloud.js';
import { aRequest, run } from '../../../worlds/requests.js';

const MINUTE = 60_000;
const LABEL = 'ec2-77-1-start-0123abcd';
const NAME = `${LABEL}-0`;
/** A runner for one job, and one that takes jobs until the instance ends. */
const request = aRequest({
  label: LABEL,
  waitFor: 'launched',
  runners: [
    { role: 'build', count: 1, label: `${LABEL}-build`, lifetime: 'job' },
    { role: 'test', count: 1, label: `${LABEL}-test`, labels: ['small'], lifetime: 'run' },
  ],
});

let world: ReturnType<typeof createCloud>;
let instance: Instance;

async function begin(bootMs?: number) {
  world = createCloud(bootMs === undefined ? {} : { bootMs });
  instance = (await startRunners(request, world.ports)).instances[0]!.instance;
}

const stop = (changes: Partial<StopRequest> = {}) =>
  stopRunners(
    { run, label: undefined, instanceIds: [], all: false, runnerName: undefined, wait: false, ...changes },
    { ...world.ports, gitHubOf: async () => world.github },
  );
const listed = () => world.github.listed.map(({ name }) => name);
const isAlive = () => world.live().some(({ id }) => id === instance.id);
const whys = async (changes: Partial<StopRequest> = {}) => (await stop(changes)).kept.map(({ why }) => why);

function setJobs(...jobs: readonly (Partial<RunJob> & { readonly name: string })[]): void {
  const filled = jobs.map((job, at) => ({ id: at + 1, status: 'in_progress', labels: ['x'], ...job }));
  world.github.jobs.set('octo-org/octo-repo 77 1', filled);
}
const other = { name: 'build', runnerName: 'GitHub Actions 8' } as const;

beforeEach(() => begin(20_000));

describe('A stop by the label of a start with roles', () => {
  test('ends the instance and removes its runners, also those that the instance has registered', async () => {
    await world.clock.sleep(30_000);
    expect(listed()).toEqual([`${NAME}-0`, `${NAME}-1`]);
    const stopped = await stop({ label: LABEL });
    expect(stopped.instances).toHaveLength(1);
    expect(stopped.runnersRemoved).toEqual([`${NAME}-0`, `${NAME}-1`]);
    expect([isAlive(), listed()]).toEqual([false, []]);
  });

  test('does so before they are registered, without waiting for them', async () => {
    const began = world.clock.now();
    await stop({ label: LABEL });
    await world.clock.sleep(60_000);
    expect([isAlive(), listed(), world.clock.now() - began]).toEqual([false, [], 60_000]);
  });

  test('removes a runner that the instance registers between the list of runners and its end', async () => {
    const terminate = world.ec2.terminate.bind(world.ec2);
    world.ec2.terminate = (ids) => {
      world.bringOnline(instance);
      return terminate(ids);
    };
    // Without a label, the runners are listed before the terminations.
    expect((await stop()).runnersRemoved).toEqual([`${NAME}-0`, `${NAME}-1`]);
    expect([isAlive(), listed()]).toEqual([false, []]);
  });

  test('keeps what it knows of runners, and fails, if they cannot be listed again', async () => {
    world.github.onCall = (method) => {
      if (method === 'listRunners' && !isAlive())
        world.github.failNext('listRunners', new Failure('github-unreachable', 'x', { hint: 'y' }));
    };
    const stopped = await stop();
    expect(stopped.runnersRemoved).toEqual([`${NAME}-0`]);
    expect(stopped.refusals.map(({ code }) => code)).toEqual(['github-unreachable']);
  });

  test('says who removes a runner that was busy: GitHub does so for single-use runners only', async () => {
    await world.clock.sleep(30_000);
    for (const name of listed()) world.github.goBusy(name);
    await stop({ label: LABEL });
    expect(world.said.join('\n')).toMatch(new RegExp(`${NAME}-0 was busy: GitHub removes it as soon as`));
    expect(world.said.join('\n')).toMatch(
      new RegExp(`${NAME}-1 was busy: once GitHub notices .* reap-runners removes it`),
    );
  });

  test('removes the runners of an instance that EC2 lists no more, at once', async () => {
    await world.clock.sleep(30_000);
    await world.ec2.terminate([instance.id]);
    world.ec2.findInstances = async () => [];
    world.github.remove(`${NAME}-0`);
    world.github.disconnect(`${NAME}-1`);
    const began = world.clock.now();
    expect((await stop({ label: LABEL })).runnersRemoved).toEqual([`${NAME}-1`]);
    expect(world.clock.now()).toBe(began);
  });

  test.each([
    ['that is online', { label: LABEL }, (name: string) => world.github.connect(name)],
    ['that is busy', { label: LABEL }, (name: string) => world.github.goBusy(name)],
    ['of another start, whose label begins alike', { label: 'ec2-77-1-start' }, undefined],
  ])('keeps a runner %s, although EC2 does not list its instance', async (_, how, change) => {
    await world.clock.sleep(30_000);
    world.github.remove(`${NAME}-0`);
    world.github.disconnect(`${NAME}-1`);
    change?.(`${NAME}-1`);
    world.ec2.findInstances = async () => [];
    const stopped = await stop(how);
    expect(stopped.runnersRemoved).toEqual([]);
    expect(stopped.explanations.map(({ what }) => what)).toEqual([
      expect.stringContaining('does not list an instance'),
    ]);
  });
});

describe('A stop without a label keeps the instance', () => {
  test('while its runner may get further jobs, although it has had one', async () => {
    await world.clock.sleep(30_000);
    world.github.finish(`${NAME}-0`);
    setJobs({ name: 'a', status: 'completed', runnerName: `${NAME}-1` }, other);
    expect(await whys()).toEqual(['its runner waits for a job, and other jobs of this run are unfinished: build']);
    expect(isAlive()).toBe(true);
  });

  test('while one of several jobs of its runner runs', async () => {
    await world.clock.sleep(30_000);
    setJobs({ name: 'a', status: 'completed', runnerName: `${NAME}-1` }, { name: 'b', runnerName: `${NAME}-1` });
    expect(await whys()).toEqual(['job b runs on it']);
  });

  test('while it has not registered its runner, until its start-up limit is over', async () => {
    await begin();
    world.github.finish(`${NAME}-0`);
    setJobs(other);
    expect(await whys()).toEqual(['its runner is not online, and other jobs of this run are unfinished: build']);
    await world.clock.sleep(5 * MINUTE);
    expect(await whys()).toEqual([]);
    expect(isAlive()).toBe(false);
  });

  test('without the list of jobs, for longer than its idle timeout, which begins anew after each job', async () => {
    await world.clock.sleep(60 * MINUTE);
    world.github.finish(`${NAME}-0`);
    world.github.hiddenRepositories.add('octo-org/octo-repo');
    expect(await whys()).toEqual(['its runner waits for a job']);
  });

  test('of an earlier attempt while a job asks for the label of a role, or for labels of its runner', async () => {
    await world.clock.sleep(30_000);
    world.github.finish(`${NAME}-0`);
    const attempt = { run: { ...run, runAttempt: '2' } };
    for (const labels of [[`${LABEL}-test`], ['SMALL'], ['small', `${LABEL}-test`]]) {
      world.github.jobs.set('octo-org/octo-repo 77 2', [{ id: 1, name: 'waiting', status: 'queued', labels }]);
      expect(await whys(attempt)).toEqual(['job waiting asks for its label']);
    }
    world.github.jobs.set('octo-org/octo-repo 77 2', [
      { id: 1, name: 'w', status: 'queued', labels: ['small', 'big'] },
    ]);
    expect(await whys(attempt)).toEqual([]);
    expect(isAlive()).toBe(false);
  });
});

describe('The explanation of a stop', () => {
  const whats = async () => (await stop({ label: LABEL })).explanations.map(({ what }) => what);

  test('names the runners and roles that did not come, registered or not', async () => {
    await begin();
    await world.clock.sleep(6 * MINUTE);
    expect(await whats()).toEqual([
      `Runners ${NAME}-0 (build), ${NAME}-1 were not online 6.0 min after ${instance.id} was launched, which was still running.`,
    ]);
  });

  test.each([
    ['idle after jobs', 'no job within 600 s', true, []],
    ['all runners ended', 'all runners ended', true, []],
    ['idle without any job', 'no job within 600 s', false, [expect.stringContaining('took no job:')]],
    ['over its lifetime', 'lifetime of 21600 s is over', true, [expect.stringContaining('lifetime of')]],
  ])('is given for a machine that ended %s', async (_, reason, hadJob, expected) => {
    await world.clock.sleep(30_000);
    world.github.finish(`${NAME}-0`);
    world.github.disconnect(`${NAME}-1`);
    const at = new Date(world.clock.now()).toISOString();
    const job = hadJob ? [`ci-actions phase=job uptime=9.0 at=${at} 2 test: a`] : [];
    const lines = [
      `ci-actions phase=listening uptime=8.0 at=${at} 2 test`,
      ...job,
      `ci-actions phase=power-off uptime=99.0 at=${at} ${reason}`,
    ];
    world.ec2.readConsole = async () => lines.join('\n');
    world.ec2.end(instance.id);
    expect(await whats()).toEqual(expected);
  });
});
