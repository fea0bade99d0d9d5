import { beforeEach, describe, expect, test } from '@jest/globals';
import { Failure } from '../../../../src/core/kernel/failure.js';
import type { RunJob } from '../../../../src/core/ports/github.js';
import { startRunners } from '../../../../src/core/start/start.js';
import { stopRunners } from '../../../../src/core/stop/stop.js';
import { createCloud } from '../../../worlds/cloud.js';
import { aRequest, run } from '../../../worlds/requests.js';

const MINUTE = 60_000;
const RUNNER = 'GitHub Actions 7';

let world: ReturnType<typeof createCloud>;
let jobs: RunJob[];
let starts: number;

beforeEach(() => {
  world = createCloud({ bootMs: 20_000 });
  starts = 0;
  jobs = [];
  addJob({ name: 'Stop', status: 'in_progress', runnerName: RUNNER });
});

function addJob(job: Partial<RunJob> & { readonly name: string }): void {
  jobs.push({ id: jobs.length + 1, status: 'queued', labels: ['ubuntu-latest'], ...job });
  world.github.jobs.set('octo-org/octo-repo 77 1', jobs);
}

/** Starts one instance in a job of the run, which ends as given. */
async function start(ending: string | undefined, job = 'Start EC2 runner', waitFor: 'online' | 'launched' = 'online') {
  const startId = `abcd000${++starts}`;
  const label = `label-${starts}`;
  const startedAt = world.clock.now();
  const { instances } = await startRunners(aRequest({ startId, label, waitFor }), world.ports);
  await world.clock.sleep(MINUTE);
  const over = ending !== undefined && { conclusion: ending, completedAt: world.clock.now() };
  const status = over ? 'completed' : 'in_progress';
  addJob({ name: job, status, runnerName: `GitHub Actions 10${starts}`, startedAt, ...over });
  await world.clock.sleep(MINUTE);
  return { label, id: instances[0]!.instance.id, name: instances[0]!.runners[0]!.name };
}

const stop = (isMigrated = true) =>
  stopRunners(
    {
      run: { ...run, job: 'stop' },
      label: undefined,
      instanceIds: [],
      all: false,
      isMigrated,
      runnerName: RUNNER,
      wait: false,
    },
    { ...world.ports, gitHubOf: async () => world.github },
  );
const alive = () => world.live().map(({ id }) => id);

describe('a stop with `mode: stop` and neither a label nor an id', () => {
  test('keeps what a start has handed over, also when no other job is unfinished', async () => {
    const other = await start('success');
    const stopped = await stop();
    expect(stopped).toMatchObject({ instances: [], runnersRemoved: [], refusals: [] });
    expect(stopped.kept).toMatchObject([
      { instance: { id: other.id }, why: 'its start has handed it over, or goes on' },
    ]);
    expect(world.said.join('\n')).toContain('the start of this stop has handed nothing over');
    expect(world.said.filter((sentence) => sentence.startsWith('warning'))).toEqual([]);
    expect((await stop(false)).instances).toHaveLength(1);
  });

  test.each(['failure', 'cancelled'])('ends what a killed start left behind, whose job ended as %s', async (how) => {
    const kept = await start('success', 'Start A');
    const left = await start(how, 'Start B');
    addJob({ name: 'test-a', labels: [kept.label] });
    const stopped = await stop();
    expect(stopped.instances.map(({ instance }) => instance.id)).toEqual([left.id]);
    expect(stopped.runnersRemoved).toEqual([left.name]);
    expect(alive()).toEqual([kept.id]);
  });

  test('keeps it as long as its start goes on, a job runs on it, or a job asks for its label', async () => {
    const going = await start(undefined, 'Start A');
    const busy = await start('failure', 'Start B');
    const wanted = await start('failure', 'Start C');
    world.github.goBusy(busy.name);
    addJob({ name: 'test-c', labels: [wanted.label] });
    await stop();
    expect(alive()).toEqual([going.id, busy.id, wanted.id]);
  });

  test('finds the job of a start by its id before its time, and keeps what several starts may have launched', async () => {
    const first = await start('failure', 'start (a)');
    const second = await start('success', 'start (b)');
    await stop();
    expect(alive()).toEqual([first.id, second.id]);
  });

  test('without a listed job that started it ends only what never came online, once no other job is unfinished', async () => {
    const isAlone = () => void world.github.jobs.set('octo-org/octo-repo 77 1', [jobs[0]!]);
    const online = await start('success');
    isAlone();
    await stop();
    expect(alive()).toEqual([online.id]);
    // In this world no instance boots.
    world = createCloud();
    await startRunners(aRequest({ waitFor: 'launched' }), world.ports);
    addJob({ name: 'build', status: 'in_progress', runnerName: 'x' });
    expect((await stop()).instances).toEqual([]);
    isAlone();
    expect((await stop()).instances).toHaveLength(1);
  });

  test('keeps everything while GitHub cannot list the jobs, and warns', async () => {
    const other = await start('failure');
    world.github.failNext('listRunJobs', new Failure('github-forbidden', 'no', { hint: 'h' }), 5);
    await stop();
    expect(alive()).toEqual([other.id]);
    expect(world.said.filter((sentence) => sentence.startsWith('warning'))).toHaveLength(1);
  });
});
