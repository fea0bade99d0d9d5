import { describe, expect, test } from '@jest/globals';
import { Failure } from '../../../../src/core/kernel/failure.js';
import type { RunJob } from '../../../../src/core/ports/github.js';
import { stopRunners } from '../../../../src/core/stop/stop.js';
import { summarizeStop } from '../../../../src/core/stop/report.js';
import { takeSnapshots } from '../../../../src/core/volumes/snapshot.js';
import { listSurplus } from '../../../../src/core/volumes/snapshot-rules.js';
import {
  aVolume,
  createVolumeCloud,
  DAY_MS,
  KEEP_UNTIL,
  OURS,
  placeSnapshot,
  REPOSITORY,
  VOLUME,
} from '../../../worlds/data-volume.js';
import { run } from '../../../worlds/requests.js';

const CLOSED = 'ci-actions phase=volume-closed uptime=90.00 at=2026-01-01T00:02:00Z /var/lib/docker';
const DIRTY = 'ci-actions phase=volume-dirty uptime=90.00 at=2026-01-01T00:02:00Z dockerd (412)';

/** A machine whose job has ended, with the console that it leaves. */
async function endJob({ console = CLOSED, conclusion = 'success', keepSnapshots = 3 } = {}) {
  const world = createVolumeCloud();
  const { instances } = await world.start(aVolume({ takesSnapshot: true, keepSnapshots, keepDays: 7 }));
  const [{ instance, runners }] = instances as [(typeof instances)[number]];
  const job: RunJob = {
    id: 1,
    name: 'build',
    status: 'completed',
    labels: ['a-label'],
    runnerName: runners[0]!.name,
    conclusion,
  };
  const jobs: RunJob[] = [job, { ...job, id: 2, name: 'other', runnerName: 'elsewhere', conclusion: 'failure' }];
  world.ec2.consoles.set(instance.id, console);
  const ports = { ...world.ports, listJobs: async () => jobs };
  const stop = () =>
    stopRunners(
      { run, label: 'a-label', instanceIds: [], all: false, runnerName: undefined, wait: false },
      {
        ...world.ports,
        gitHubOf: async () => world.github,
        endVolumes: (found) => takeSnapshots(found, run, ports),
      },
    );
  return { ...world, instance, job, jobs, stop, snapshots: () => world.ec2.dataVolumes.snapshots };
}

describe('A stop takes a snapshot of the data volume', () => {
  test('when all jobs on the machine succeeded and it was unmounted, once the machine has ended', async () => {
    const { stop, snapshots, clock, ec2 } = await endJob();
    const stopped = await stop();
    expect(stopped.instances).toHaveLength(1);
    const [snapshot] = snapshots();
    expect(stopped.volumes).toMatchObject([{ key: 'docker', snapshot: snapshot!.id }]);
    expect(snapshot!.tags).toMatchObject({ Name: 'docker', [REPOSITORY]: OURS, [VOLUME]: 'docker' });
    expect(Date.parse(snapshot!.tags[KEEP_UNTIL]!) - clock.now()).toBeCloseTo(7 * DAY_MS, -4);
    expect(ec2.instances[0]!.state).toBe('terminated');
    expect(summarizeStop(stopped)).toContain(snapshot!.id);
  });

  test('once, however often the stop is repeated', async () => {
    const { stop, snapshots } = await endJob();
    await stop();
    const again = await stop();
    expect(snapshots()).toHaveLength(1);
    expect(again.volumes).toMatchObject([{ snapshot: snapshots()[0]!.id }]);
  });

  test('also when EC2 posts the console late', async () => {
    const { stop, snapshots, clock, ec2, instance } = await endJob({ console: '' });
    clock.after(50_000, () => ec2.consoles.set(instance.id, CLOSED));
    await stop();
    expect(snapshots()).toHaveLength(1);
  });

  test('and deletes the oldest ones beyond `keep-snapshots`, of this name alone', async () => {
    const world = await endJob({ keepSnapshots: 2 });
    const [oldest, middle, newest] = [1, 2, 3].map((createdAt) => placeSnapshot(world.ec2, { createdAt }));
    const other = placeSnapshot(world.ec2, { createdAt: 1 });
    world.ec2.dataVolumes.tag(other, { [VOLUME]: 'another' });
    await world.stop();
    const left = world.snapshots().map(({ id }) => id);
    expect(left).not.toContain(oldest);
    expect(left).not.toContain(middle);
    expect(left).toEqual(expect.arrayContaining([newest, other]));
    expect(left).toHaveLength(3);
  });
});

describe('A stop takes no snapshot', () => {
  test.each([
    ['when the job failed', { conclusion: 'failure' }, 'the job build ended with failure'],
    ['when the job was cancelled', { conclusion: 'cancelled' }, 'the job build ended with cancelled'],
    ['when the volume was not unmounted', { console: DIRTY }, 'it was not unmounted cleanly (dockerd (412))'],
    ['when the console says nothing', { console: '' }, 'the console does not say'],
  ])('%s', async (_, how, why) => {
    const { stop, snapshots } = await endJob(how);
    const stopped = await stop();
    expect(stopped).toMatchObject({ refusals: [], volumes: [{ why: expect.stringContaining(why) }] });
    expect(snapshots()).toEqual([]);
    expect(summarizeStop(stopped)).toContain(`none: ${why}`);
  });

  test('when no job ran on the machine', async () => {
    const { stop, snapshots, jobs } = await endJob();
    jobs.splice(0, 1);
    expect((await stop()).volumes).toMatchObject([{ why: 'GitHub lists no job that ran on the machine' }]);
    expect(snapshots()).toEqual([]);
  });

  test('when another machine has the volume by then', async () => {
    const { stop, snapshots, ec2, instance } = await endJob();
    const [volume] = ec2.dataVolumes.list();
    ec2.dataVolumes.detach(volume!.id, instance.id);
    ec2.dataVolumes.change(volume!.id, { attachments: [{ instanceId: 'i-0bbb', state: 'attached' }] });
    const view = ec2.dataVolumes.findById.bind(ec2.dataVolumes);
    ec2.dataVolumes.findById = (id) => ({ ...view(id)!, attachments: [{ instanceId: 'i-0bbb', state: 'attached' }] });
    expect((await stop()).volumes).toMatchObject([{ why: 'i-0bbb uses it already' }]);
    expect(snapshots()).toEqual([]);
  });

  test('and warns, without failing, when EC2 or GitHub refuses', async () => {
    const { stop, said, ec2 } = await endJob();
    ec2.fault('createSnapshot', { error: new Failure('aws-not-authorized', 'not allowed', { hint: 'Allow it.' }) });
    const stopped = await stop();
    expect(stopped.instances).toHaveLength(1);
    expect(stopped.refusals).toEqual([]);
    expect(said.join('\n')).toContain('No snapshot of volume vol-0d000000000000001: not allowed Allow it.');
  });

  test('of a volume whose start asked for none', async () => {
    const world = createVolumeCloud();
    const { instances } = await world.start(aVolume());
    const located = [{ instance: instances[0]!.instance, region: 'us-east-1' }];
    const ports = { ...world.ports, listJobs: () => Promise.reject(new Error('GitHub was asked.')) };
    expect(await takeSnapshots(located, run, ports)).toEqual([]);
  });
});

describe('Of the snapshots of a name', () => {
  const snapshot = (id: string, state = 'completed') => ({ id, state, createdAt: Number(id), sizeGiB: 1, tags: {} });
  const surplus = (keep: number, ...all: readonly ReturnType<typeof snapshot>[]) =>
    listSurplus(all, keep).map(({ id }) => id);

  test('the newest stay', () => {
    expect(surplus(2, snapshot('1'), snapshot('3'), snapshot('2'))).toEqual(['1']);
    expect(surplus(3, snapshot('1'), snapshot('2'))).toEqual([]);
  });

  test('the newest finished one stays while newer ones are being made', () => {
    expect(surplus(1, snapshot('3', 'pending'), snapshot('2'), snapshot('1'))).toEqual(['1']);
  });

  test('one that is being made is never deleted, and one with an error is', () => {
    expect(surplus(1, snapshot('3'), snapshot('2', 'pending'), snapshot('1', 'error'))).toEqual(['1']);
  });
});
