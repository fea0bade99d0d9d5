import { beforeEach, describe, expect, test } from '@jest/globals';
import { Failure } from '../../../../src/core/kernel/failure.js';
import type { RunJob } from '../../../../src/core/ports/github.js';
import { startRunners } from '../../../../src/core/start/start.js';
import { stopRunners } from '../../../../src/core/stop/stop.js';
import type { StopRequest } from '../../../../src/core/stop/search.js';
import { aRequest, aWorld, run } from '../../../worlds/requests.js';

const MINUTE = 60_000;
const RUNNER = 'GitHub Actions 7';
const stopRun = { ...run, runAttempt: '2', job: 'stop' };

let world: ReturnType<typeof aWorld>;
let starts: number;
let jobs: RunJob[];

beforeEach(() => {
  world = aWorld({ bootMs: 20_000 });
  starts = 0;
  jobs = [];
  addJob({ name: 'stop-a', status: 'in_progress', runnerName: RUNNER });
});

/** A job of the attempt that the stop belongs to. */
function addJob(job: Partial<RunJob> & { readonly name: string }): RunJob {
  const added = { id: jobs.length + 1, status: 'queued', labels: ['ubuntu-latest'], ...job };
  jobs.push(added);
  world.github.jobs.set('octo-org/octo-repo 77 2', jobs);
  return added;
}

/** A machine of its own, with a label of its own. */
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

describe('a stop without a label, while other jobs of its run go on,', () => {
  test('leaves a sibling in the middle of its job, and reports when it ends', async () => {
    const sibling = await start();
    world.github.goBusy(sibling.name);
    addJob({ name: 'test-b', status: 'in_progress', labels: [sibling.label], runnerName: sibling.name });
    const stopped = await stop();
    expect(stopped).toMatchObject({ instances: [], runnersRemoved: [], refusals: [], explanations: [] });
    expect(stopped.kept).toMatchObject([{ instance: { id: sibling.id }, why: 'job test-b runs on it' }]);
    expect(alive()).toEqual([sibling.id]);
    expect(world.said.join('\n')).toMatch(
      /Left i-\w+ \(runner \S+\): job test-b runs on it\. It ends by itself 10 min after .* at 20/,
    );
    expect(warnings()).toEqual([]);
  });

  test('leaves a sibling that waits for a job which GitHub does not list yet', async () => {
    const sibling = await start();
    addJob({ name: 'build', status: 'in_progress', runnerName: 'GitHub Actions 8' });
    expect((await stop()).kept[0]!.why).toBe(
      'its runner waits for a job, and other jobs of this run are not over: build',
    );
    expect(alive()).toEqual([sibling.id]);
  });

  test('leaves a sibling that is being started, and its runner', async () => {
    const sibling = await start('2', { waitFor: 'launched' });
    world.github.addRunner({ name: 'ec2-77-2-start-bbbb0000-0', labels: ['another'] });
    addJob({ name: 'start-b', status: 'in_progress', runnerName: 'GitHub Actions 8' });
    const began = world.clock.now();
    expect((await stop()).runnersRemoved).toEqual([]);
    expect(alive()).toEqual([sibling.id]);
    expect(world.github.listed).toHaveLength(2);
    expect(world.clock.now()).toBe(began);
    expect(world.said).toContainEqual(expect.stringContaining('Left runner ec2-77-2-start-bbbb0000-0: EC2 lists no'));
  });

  test('ends what has had its job: by its runner, which is gone, or by the job', async () => {
    const [gone, listed] = [await start(), await start()];
    world.github.finish(gone.name);
    addJob({ name: 'test-a', status: 'completed', labels: [listed.label], runnerName: listed.name });
    addJob({ name: 'build', status: 'in_progress' });
    const stopped = await stop();
    expect(stopped.instances.map(({ instance }) => instance.id)).toEqual([gone.id, listed.id]);
    expect(stopped.runnersRemoved).toEqual([listed.name]);
    expect(alive()).toEqual([]);
  });

  test('ends what never came within its start-up limit, and not before', async () => {
    // Of this world no machine boots.
    world = aWorld();
    const late = await start('2', { waitFor: 'launched', startupTimeoutMs: 7 * MINUTE });
    addJob({ name: 'build', status: 'in_progress' });
    await world.clock.sleep(6 * MINUTE);
    expect((await stop()).instances).toEqual([]);
    await world.clock.sleep(MINUTE + 1_000);
    expect((await stop()).instances.map(({ instance }) => instance.id)).toEqual([late.id]);
  });

  test('ends what earlier attempts left, unless a job runs on it or asks for its label', async () => {
    const [left, wanted, busy] = [await start('1'), await start('1'), await start('1')];
    addJob({ name: 're-test', labels: [wanted.label] });
    addJob({ name: 'again', status: 'in_progress', labels: [busy.label], runnerName: busy.name });
    world.github.goBusy(busy.name);
    world.github.addRunner({ name: 'ec2-77-1-start-cccc0000-0', labels: ['x'] });
    const stopped = await stop();
    expect(stopped.instances.map(({ instance }) => instance.id)).toEqual([left.id]);
    expect(stopped.kept.map(({ why }) => why)).toEqual(['job re-test asks for its label', 'job again runs on it']);
    // Its instance has not been seen.
    expect(warnings()).toEqual([expect.stringContaining('ec2-77-1-start-cccc0000-0')]);
  });

  test('with all: true, a label or an id ends what it is told to', async () => {
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

describe('a stop without a label, when only it is left of its run,', () => {
  test.each([
    ['by the name of its runner', { name: 'Take the machines away' }, RUNNER],
    ['by its id, where GitHub does not name its runner', { name: 'stop', runnerName: 'another' }, RUNNER],
    ['by its id in a called workflow and a matrix', { name: 'a / stop (arm64)', runnerName: 'another' }, undefined],
  ])('knows itself %s', async (_, own, runnerName) => {
    jobs.length = 0;
    addJob({ status: 'in_progress', runnerName: RUNNER, ...own });
    addJob({ name: 'test', status: 'completed', completedAt: world.clock.now() - MINUTE });
    await start();
    await start('1');
    expect((await stop({ runnerName })).instances).toHaveLength(2);
    expect(alive()).toEqual([]);
  });

  test.each([
    ['two jobs run where it does', [{ name: 'stop-b', status: 'in_progress', runnerName: RUNNER }]],
    ['two jobs are called like it', [{ name: 'a / stop', status: 'in_progress' }]],
  ])('ends nothing that waits when it cannot tell which it is: %s', async (what, others) => {
    if (what.startsWith('two jobs are')) {
      jobs.length = 0;
      addJob({ name: 'b / stop', status: 'in_progress' });
    }
    for (const one of others) addJob(one);
    const { id } = await start();
    expect((await stop()).instances).toEqual([]);
    expect(alive()).toEqual([id]);
  });

  test('waits until the jobs that need the last one are listed', async () => {
    const sibling = await start();
    addJob({ name: 'start-b', status: 'completed', completedAt: world.clock.now() - 1_000 });
    world.clock.after(3_000, () => addJob({ name: 'test-b', labels: [sibling.label] }));
    expect((await stop()).kept).toHaveLength(1);
    expect(alive()).toEqual([sibling.id]);
  });

  test('does not wait when every machine has had its job', async () => {
    const { name } = await start();
    world.github.finish(name);
    addJob({ name: 'test', status: 'completed', completedAt: world.clock.now() - 1_000 });
    const began = world.clock.now();
    expect((await stop()).instances).toHaveLength(1);
    expect(world.clock.now()).toBe(began);
  });

  test('asks for the jobs once, and not at all when nothing is left', async () => {
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

describe('a stop without a label that may not see the jobs of its run', () => {
  const forbidden = new Failure('github-forbidden', 'GitHub answered GET …/jobs with 403.', { hint: 'h' });

  beforeEach(() => world.github.failNext('listRunJobs', forbidden, 10));

  test('leaves what is busy, or waits for less than its idle timeout, with a warning that names the permission', async () => {
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

  test('ends what has waited for longer than that', async () => {
    const [busy, idle] = [await start(), await start()];
    world.github.goBusy(busy.name);
    await world.clock.sleep(15 * MINUTE);
    expect((await stop()).instances.map(({ instance }) => instance.id)).toEqual([idle.id]);
  });

  test('is not green when that is an outage: the next try may be told', async () => {
    world.github.heal();
    world.github.failNext('listRunJobs', new Failure('github-unreachable', 'no answer', { hint: 'h' }));
    await start();
    expect((await stop()).refusals.map(({ message }) => message)).toEqual(['no answer']);
    expect((await stop()).instances).toHaveLength(1);
  });

  test('leaves everything when GitHub cannot be asked for the runners either, and is not green', async () => {
    const { id } = await start();
    world.github.failNext('listRunners', forbidden);
    const stopped = await stop();
    expect(stopped.refusals).toHaveLength(1);
    expect(alive()).toEqual([id]);
  });
});
