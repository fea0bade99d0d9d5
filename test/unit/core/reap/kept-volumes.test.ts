import { describe, expect, test } from '@jest/globals';
import { Failure } from '../../../../src/core/kernel/failure.js';
import { summarizeReap } from '../../../../src/core/reap/report.js';
import { KEEP_UNTIL, placeSnapshot, placeVolume, REPOSITORY, VOLUME } from '../../../worlds/data-volume.js';
import { SweepWorld } from '../../../worlds/sweep.js';

const DAY = 86_400_000;
/** The kept time of both builders. */
const UNTIL = Date.UTC(2026, 0, 10);

function setUp() {
  const world = new SweepWorld();
  const volume = placeVolume(world.ec2);
  world.ec2.dataVolumes.change(volume, { createdAt: world.clock.now() });
  const snapshot = placeSnapshot(world.ec2, { createdAt: world.clock.now() });
  return {
    world,
    volume,
    snapshot,
    left: () => [...world.ec2.dataVolumes.list(), ...world.ec2.dataVolumes.snapshots].map(({ id }) => id),
  };
}

describe('A sweep', () => {
  test('never takes a data volume or its snapshot before their time, and lists both with their cost', async () => {
    const { world, volume, snapshot, left } = setUp();
    await world.clock.sleep(UNTIL - world.clock.now() - 1);
    const swept = await world.reap();
    expect(left()).toEqual([volume, snapshot]);
    expect(swept.findings).toEqual([]);
    const summary = summarizeReap(swept, false);
    expect(summary).toContain('There is nothing to remove.');
    expect(summary).toMatch(
      new RegExp(
        `volume \\| \`docker\` \\(${volume}\\).*gp3, 20 GiB \\| 9.0 days \\| \\$0.47 \\| \\$1.60 \\| it is kept until 2026-01-10`,
      ),
    );
    expect(summary).toMatch(
      new RegExp(`snapshot \\| \`docker\` \\(${snapshot}\\).*20 GiB \\| 9.0 days \\| \\$0.30 \\| \\$1.00`),
    );
  });

  test('removes both when their time is over', async () => {
    const { world, volume, snapshot, left } = setUp();
    await world.clock.sleep(UNTIL - world.clock.now() + 1);
    const { findings, kept } = await world.reap();
    expect(findings).toMatchObject([
      {
        kind: 'volume',
        id: volume,
        name: 'docker',
        outcome: 'removed',
        why: 'it was kept until 2026-01-10T00:00:00.000Z',
      },
      { kind: 'snapshot', id: snapshot, outcome: 'removed' },
    ]);
    expect(kept).toEqual([]);
    expect(left()).toEqual([]);
  });

  test('spares a volume that a start has used since it was listed', async () => {
    const { world, volume, left } = setUp();
    await world.clock.sleep(30 * DAY);
    const find = world.ec2.findVolumes.bind(world.ec2);
    world.ec2.findVolumes = async (tags) => {
      const found = await find(tags);
      world.ec2.dataVolumes.tag(volume, { [KEEP_UNTIL]: new Date(world.clock.now() + DAY).toISOString() });
      return found;
    };
    expect((await world.reap()).findings).toMatchObject([
      { id: volume, outcome: 'spared' },
      { kind: 'snapshot', outcome: 'removed' },
    ]);
    expect(left()).toContain(volume);
  });

  test.each([['soon'], [''], ['2026-99-01T00:00:00Z']])(
    'leaves a volume and a snapshot in doubt to a person: %j',
    async (text) => {
      const { world, volume, snapshot, left } = setUp();
      world.ec2.dataVolumes.tag(volume, { [KEEP_UNTIL]: text });
      world.ec2.dataVolumes.tag(snapshot, { [KEEP_UNTIL]: text });
      await world.clock.sleep(30 * DAY);
      const { findings } = await world.reap();
      expect(findings).toMatchObject([
        { outcome: 'skipped', why: expect.stringContaining('is not a time') },
        { outcome: 'skipped' },
      ]);
      expect(left()).toEqual([volume, snapshot]);
    },
  );

  test('leaves a named volume without a time to a person, and removes one without a name as before', async () => {
    const { world, volume } = setUp();
    const [, tagged] = [
      world.ec2.dataVolumes.change(volume, { tags: { [REPOSITORY]: 'octo-org/octo-repo', [VOLUME]: 'docker' } }),
      placeVolume(world.ec2),
    ];
    world.ec2.dataVolumes.change(tagged, { tags: { [REPOSITORY]: 'octo-org/octo-repo' } });
    await world.clock.sleep(DAY);
    expect((await world.reap()).findings).toMatchObject([
      { id: volume, outcome: 'skipped', why: 'its tag ci-actions:keep-until is missing' },
      { id: tagged, outcome: 'removed', why: 'no instance uses it' },
    ]);
  });

  test('never takes a volume that an instance has, however old it is', async () => {
    const { world, volume, left } = setUp();
    const { instance } = await world.start({ lifetimeMs: 60 * DAY });
    world.ec2.dataVolumes.change(volume, { attachments: [{ instanceId: instance.id, state: 'attached' }] });
    world.ec2.dataVolumes.tag(volume, { [KEEP_UNTIL]: new Date(world.clock.now() - DAY).toISOString() });
    await world.reap();
    expect(left()).toContain(volume);
  });

  test('leaves those of other repositories alone', async () => {
    const { world, volume, snapshot, left } = setUp();
    for (const id of [volume, snapshot]) world.ec2.dataVolumes.tag(id, { [REPOSITORY]: 'octo-org/other' });
    await world.clock.sleep(30 * DAY);
    expect((await world.reap()).findings).toEqual([]);
    expect(left()).toEqual([volume, snapshot]);
  });
});

describe('A role that may not list snapshots', () => {
  const denied = () => ({ error: new Failure('aws-not-authorized', 'not allowed', { hint: 'Allow it.' }), times: 9 });

  test('is a gap where there are data volumes', async () => {
    const { world } = setUp();
    world.ec2.fault('findSnapshots', denied());
    expect((await world.reap()).findings).toMatchObject([
      { kind: 'region', outcome: 'failed', why: 'its snapshots could not be listed' },
    ]);
  });

  test('is none where there are no data volumes, because older roles lack the permission', async () => {
    const world = new SweepWorld();
    world.ec2.fault('findSnapshots', denied());
    expect((await world.reap()).findings).toEqual([]);
    expect(world.said.join('\n')).toContain('snapshots are not looked for');
  });

  test('an outage is a gap everywhere', async () => {
    const world = new SweepWorld();
    world.ec2.fault('findSnapshots', { error: new Failure('aws-unreachable', 'no answer', { hint: 'x' }), times: 9 });
    expect((await world.reap()).findings).toMatchObject([{ kind: 'region', outcome: 'failed' }]);
  });
});
