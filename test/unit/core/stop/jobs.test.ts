import { beforeEach, describe, expect, test } from '@jest/globals';
import { Failure } from '../../../../src/core/kernel/failure.js';
import type { RunJob } from '../../../../src/core/ports/github.js';
import { startRunners } from '../../../../src/core/start/start.js';
import type { StopRequest } from '../../../../src/core/stop/request.js';
import { stopRunners } from '../../../../src/core/stop/stop.js';
import { createCloud } from '../../../worlds/cloud.js';
import { aRequest, run } from '../../../worlds/requests.js';

const MINUTE = 60_000;
const RUNNER = 'GitHub Actions 7';
const stopRun = { ...run, runAttempt: '2', job: 'stop' };

let world: ReturnType<typeof createCloud>;
let starts: number;
let jobs: RunJob[];

beforeEach(() => {
  world = createCloud({ bootMs: 20_000 });
  starts = 0;
  jobs = [];
  addJob({ name: 'stop-a', status: 'in_progress', runnerName: RUNNER });
});

/** Adds a job to the run attempt of the stop. */
function addJob(job: Partial<RunJob> & { readonly name: string }): RunJob {
  const added = { id: jobs.length + 1, status: 'queued', labels: ['ubuntu-latest'], ...job };
  jobs.push(added);
  world.github.jobs.set('octo-org/octo-repo 77 2', jobs);
  return added;
}

/** Starts one instance with a label of its own. */
async function start(attempt = '2', changes: Parameters<typeof aRequest>[0] = {}) {
  const startId = `abcd000${++starts}`;
  const label = `label-${starts}`;
  const request = aRequest({ startId, label, run: { ...run, runAttempt: attempt }, ...changes });
  const { instances } = await startRunners(request, world.ports);
  return { label, id: instances[0]!.instance.id, name: instances[0]!.runners[0]!.name };
}

const stop = (changes: Partial<StopRequest> = {}) =>
  stopRunners(
    { run: stopRun, label: undefined, instanceIds: [], all: false, runnerName: RUNNER, wait: false, ...changes },
    { ...world.ports, gitHubOf: async () => world.github },
  );
const alive = () => world.live().map(({ id }) => id);
const warnings = () => world.said.filter((sentence) => sentence.startsWith('warning'));

describe('a stop without a label, while other jobs of its run are unfinished,', () => {
  test('keeps an instance on which a job runs, and reports when it ends by itself', async () => {
    const sibling = await start();
    world.github.goBusy(sibling.name);
    addJob({ name: 'test-b', status: 'in_progress', labels: [sibling.label], runnerName: sibling.name });
    const stopped = await stop();
    expect(stopped).toMatchObject({ instances: [], runnersRemoved: [], refusals: [], explanations: [] });
    expect(stopped.kept).toMatchObject([{ instance: { id: sibling.id }, why: 'job test-b runs on it' }]);
    expect(alive()).toEqual([sibling.id]);
    expect(world.said.join('\n')).toMatch(
      /Kept i-\w+ \(runner \S+\): job test-b runs on it\. It ends by itself 10 min after .* at 20/,
    );
    expect(warnings()).toEqual([]);
  });

  test('keeps an instance that waits for a job which GitHub does not list yet', async () => {
    const sibling = await start();
    addJob({ name: 'build', status: 'in_progress', runnerName: 'GitHub Actions 8' });
    expect((await stop()).kept[0]!.why).toBe(
      'its runner waits for a job, and other jobs of this run are unfinished: build',
    );
    expect(alive()).toEqual([sibling.id]);
  });

  test('keeps an instance that is being started, and its runner', async () => {
    const sibling = await start('2', { waitFor: 'launched' });
    world.github.addRunner({ name: 'ec2-77-2-start-bbbb0000-0', labels: ['another'] });
    addJob({ name: 'start-b', status: 'in_progress', runnerName: 'GitHub Actions 8' });
    const began = world.clock.now();
    expect((await stop()).runnersRemoved).toEqual([]);
    expect(alive()).toEqual([sibling.id]);
    expect(world.github.listed).toHaveLength(2);
    expect(world.clock.now()).toBe(began);
    expect(world.said).toContainEqual(expect.stringContaining('Kept runner ec2-77-2-start-bbbb0000-0: EC2 lists no'));
  });

  test('ends an instance whose runner is gone, or whose job is completed', async () => {
    const [gone, listed] = [await start(), await start()];
    world.github.finish(gone.name);
    addJob({ name: 'test-a', status: 'completed', labels: [listed.label], runnerName: listed.name });
    addJob({ name: 'build', status: 'in_progress' });
    const stopped = await stop();
    expect(stopped.instances.map(({ instance }) => instance.id)).toEqual([gone.id, listed.id]);
    expect(stopped.runnersRemoved).toEqual([listed.name]);
    expect(alive()).toEqual([]);
  });

  test('ends an instance whose runner did not connect within the start-up limit, and not before', async () => {
    // In this world no instance boots.
    world = createCloud();
    const late = await start('2', { waitFor: 'launched', startupTimeoutMs: 7 * MINUTE });
    addJob({ name: 'build', status: 'in_progress' });
    await world.clock.sleep(6 * MINUTE);
    expect((await stop()).instances).toEqual([]);
    await world.clock.sleep(MINUTE + 1_000);
    expect((await stop()).instances.map(({ instance }) => instance.id)).toEqual([late.id]);
  });

  test('ends instances of earlier attempts, unless a job runs there or has their label', async () => {
    const [left, wanted, busy] = [await start('1'), await start('1'), await start('1')];
    addJob({ name: 're-test', labels: [wanted.label] });
    addJob({ name: 'again', status: 'in_progress', labels: [busy.label], runnerName: busy.name });
    world.github.goBusy(busy.name);
    world.github.addRunner({ name: 'ec2-77-1-start-cccc0000-0', labels: ['x'] });
    const stopped = await stop();
    expect(stopped.instances.map(({ instance }) => instance.id)).toEqual([left.id]);
    expect(stopped.kept.map(({ why }) => why)).toEqual(['job re-test asks for its label', 'job again runs on it']);
    // EC2 lists no instance of this runner.
    expect(warnings()).toEqual([expect.stringContaining('ec2-77-1-start-cccc0000-0')]);
  });

  test('that has `all: true`, a label or an id ends what the input names', async () => {
    const [first, second, third] = [await start(), await start(), await start()];
    addJob({ name: 'test-b', status: 'in_progress', runnerName: second.name, labels: [second.label] });
    await stop({ label: first.label });
    expect(alive()).toEqual([second.id, third.id]);
    await stop({ instanceIds: [third.id] });
    expect(alive()).toEqual([second.id]);
    await stop({ all: true });
    expect(alive()).toEqual([]);
    expect(world.github.calls.filter((call) => call.startsWith('listRunJobs'))).toEqual([]);
  });
});

describe('a stop without a label, whose job is the last unfinished one,', () => {
  test.each([
    ['by the name of its runner', { name: 'Take the machines away' }, RUNNER],
    ['by its id, if GitHub names another runner', { name: 'stop', runnerName: 'another' }, RUNNER],
    ['by its id in a called workflow and a matrix', { name: 'a / stop (arm64)', runnerName: 'another' }, undefined],
  ])('finds its own job %s', async (_, own, runnerName) => {
    jobs.length = 0;
    addJob({ status: 'in_progress', runnerName: RUNNER, ...own });
    addJob({ name: 'test', status: 'completed', completedAt: world.clock.now() - MINUTE });
    await start();
    await start('1');
    expect((await stop({ runnerName })).instances).toHaveLength(2);
    expect(alive()).toEqual([]);
  });

  test.each([
    ['two jobs run on its runner', [{ name: 'stop-b', status: 'in_progress', runnerName: RUNNER }]],
    ['two jobs have its name', [{ name: 'a / stop', status: 'in_progress' }]],
  ])('ends nothing that waits when its own job is ambiguous: %s', async (what, others) => {
    if (what.startsWith('two jobs have')) {
      jobs.length = 0;
      addJob({ name: 'b / stop', status: 'in_progress' });
    }
    for (const one of others) addJob(one);
    const { id } = await start();
    expect((await stop()).instances).toEqual([]);
    expect(alive()).toEqual([id]);
  });

  test('waits until GitHub lists the jobs that need the last one', async () => {
    const sibling = await start();
    addJob({ name: 'start-b', status: 'completed', completedAt: world.clock.now() - 1_000 });
    world.clock.after(3_000, () => addJob({ name: 'test-b', labels: [sibling.label] }));
    expect((await stop()).kept).toHaveLength(1);
    expect(alive()).toEqual([sibling.id]);
  });

  test('does not wait when every runner has had its job', async () => {
    const { name } = await start();
    world.github.finish(name);
    addJob({ name: 'test', status: 'completed', completedAt: world.clock.now() - 1_000 });
    const began = world.clock.now();
    expect((await stop()).instances).toHaveLength(1);
    expect(world.clock.now()).toBe(began);
  });

  test('lists the jobs once, and not at all when nothing is left', async () => {
    await stop();
    expect(world.github.calls).toEqual(['listRunners']);
    await start();
    world.github.calls.length = 0;
    await stop();
    expect(world.github.calls.filter((call) => call.startsWith('listRunJobs'))).toEqual([
      'listRunJobs octo-org/octo-repo 77 2',
    ]);
  });
});

describe('a stop without a label that may not list the jobs of its run', () => {
  const forbidden = new Failure('github-forbidden', 'GitHub answered GET …/jobs with 403.', { hint: 'h' });

  beforeEach(() => world.github.failNext('listRunJobs', forbidden, 10));

  test('keeps what is busy or within its idle timeout, with a warning that names the permission', async () => {
    const [busy, idle, booting, done] = [
      await start(),
      await start(),
      await start('2', { waitFor: 'launched' }),
      await start(),
    ];
    world.github.goBusy(busy.name);
    world.github.finish(done.name);
    const stopped = await stop();
    expect(stopped.instances.map(({ instance }) => instance.id)).toEqual([done.id]);
    expect(alive()).toEqual([busy.id, idle.id, booting.id]);
    expect(warnings()).toHaveLength(1);
    expect(warnings()[0]).toContain('actions: read');
    for (const { id } of [busy, idle, booting]) expect(warnings()[0]).toContain(id);
  });

  test('ends what has waited longer than its idle timeout', async () => {
    const [busy, idle] = [await start(), await start()];
    world.github.goBusy(busy.name);
    await world.clock.sleep(15 * MINUTE);
    expect((await stop()).instances.map(({ instance }) => instance.id)).toEqual([idle.id]);
  });

  test('fails when that is an outage, and the next stop may succeed', async () => {
    world.github.heal();
    world.github.failNext('listRunJobs', new Failure('github-unreachable', 'no answer', { hint: 'h' }));
    await start();
    expect((await stop()).refusals.map(({ message }) => message)).toEqual(['no answer']);
    expect((await stop()).instances).toHaveLength(1);
  });

  test('keeps everything and fails when GitHub cannot be asked for the runners either', async () => {
    const { id } = await start();
    world.github.failNext('listRunners', forbidden);
    const stopped = await stop();
    expect(stopped.refusals).toHaveLength(1);
    expect(alive()).toEqual([id]);
  });
});
