import { describe, expect, test } from '@jest/globals';
import { TAG } from '../../../../src/core/kernel/identity.js';
import { attemptOf, isOfRun, isOfStart, nameClaim } from '../../../../src/core/kernel/origin.js';
import { runnerCadence } from '../../../../src/core/start/watch.js';
import { AMD64_IMAGE, SUBNET_A } from '../../../worlds/fake-catalog.js';
import { brief, MINUTE, SweepWorld } from '../../../worlds/sweep.js';

const DAY = 24 * 60;

/** An instance of a pool, some days old, as fill-pool leaves it. */
async function aPooled(world: SweepWorld, changes: Readonly<Record<string, string | undefined>> = {}) {
  const expiresAt = new Date(world.clock.now() + 7 * DAY * MINUTE).toISOString();
  const outcome = await world.ec2.launch({
    plan: { instanceType: 't3.xlarge', market: 'on-demand', subnetId: SUBNET_A },
    imageId: AMD64_IMAGE,
    securityGroupIds: [],
    rootVolume: { deviceName: '/dev/sda1' },
    onPowerOff: 'stop',
    tags: {
      [TAG.repository]: 'octo-org/octo-repo',
      [TAG.pool]: 'ready',
      [TAG.scope]: 'repo:octo-org/octo-repo',
      [TAG.expiresAt]: expiresAt,
    },
    userData: Buffer.from(''),
    clientToken: `pool-${world.ec2.instances.length}`,
  });
  if (outcome.kind !== 'launched') throw new Error(outcome.kind);
  world.ec2.retag(outcome.instance.id, changes);
  return outcome.instance.id;
}

const claimTags = (world: SweepWorld, id: string, runnerId: number) => ({
  [TAG.runId]: '77',
  [TAG.runAttempt]: '1',
  [TAG.start]: '0123abcd',
  [TAG.runnerId]: String(runnerId),
  [TAG.runnerName]: nameClaim(id),
  [TAG.expiresAt]: new Date(world.clock.now() + 365 * MINUTE).toISOString(),
  [TAG.claimedAt]: new Date(world.clock.now()).toISOString(),
});

/** Registers the runner that claims an instance, as a start does. */
function aClaim(world: SweepWorld, id: string) {
  world.setRun('active');
  return world.github().addRunner({ name: nameClaim(id), labels: ['a-label', 'ec2-77-1-start-0123abcd'] });
}

describe('A sweep and an instance of a pool:', () => {
  test('a waiting one is kept, however old, until its time ends', async () => {
    const world = new SweepWorld();
    const id = await aPooled(world, { [TAG.expiresAt]: '2026-01-01T12:00:00.000Z' });
    world.ec2.powerOff(id);
    await world.age(11 * 60);
    expect(brief(await world.reap())).toEqual([]);
    await world.age(60);
    expect(brief(await world.reap())).toEqual([
      'instance removed: its time in pool ready ended at 2026-01-01T12:00:00.000Z',
    ]);
  });

  test('one that runs longer than any warm-up is removed', async () => {
    const world = new SweepWorld();
    await aPooled(world);
    await world.age(44);
    expect(brief(await world.reap())).toEqual([]);
    await world.age(1);
    expect(brief(await world.reap())).toEqual([
      expect.stringMatching(/^instance removed: .* warm-up should have ended/),
    ]);
  });

  test('one that is being claimed is kept', async () => {
    const world = new SweepWorld();
    const id = await aPooled(world, { [TAG.expiresAt]: '2026-01-01T00:00:00.000Z' });
    aClaim(world, id);
    expect(brief(await world.reap())).toEqual([]);
  });

  test('one that was claimed after the listing is spared', async () => {
    const world = new SweepWorld();
    const id = await aPooled(world, { [TAG.expiresAt]: '2026-01-01T00:00:00.000Z' });
    // The first two calls are the listings.
    let looks = 0;
    const listed = world.ec2.findInstances.bind(world.ec2);
    world.ec2.findInstances = (...given) => {
      if (looks++ === 2) world.ec2.retag(id, claimTags(world, id, 1));
      return listed(...given);
    };
    expect(brief(await world.reap())).toEqual(['instance spared: a start has claimed it']);
    expect(world.ec2.instances[0]!.state).toBe('running');
  });

  test('one with a malformed expiry is left to a person', async () => {
    const world = new SweepWorld();
    await aPooled(world, { [TAG.expiresAt]: 'soon' });
    expect(brief(await world.reap())).toEqual([expect.stringMatching(/^instance skipped: its tag .* is "soon"/)]);
  });

  test('a claimed one that was never started is removed with its runner, one grace period after its claim', async () => {
    const world = new SweepWorld();
    const id = await aPooled(world);
    world.ec2.powerOff(id);
    await world.age(3 * 60);
    const runner = aClaim(world, id);
    world.ec2.retag(id, claimTags(world, id, runner.id));
    await world.age(14);
    expect(brief(await world.reap())).toEqual([]);
    await world.age(1);
    expect(brief(await world.reap())).toEqual(['instance removed: it is stopped, and nothing will start it again']);
    expect(world.github().listed).toEqual([]);
  });

  test('a claim whose tags no instance has is a ghost once its run is completed', async () => {
    const world = new SweepWorld();
    const id = await aPooled(world);
    world.ec2.powerOff(id);
    aClaim(world, id);
    expect(brief(await world.reap())).toEqual([]);
    world.setRun('completed');
    expect(brief(await world.reap())).toEqual([
      expect.stringMatching(/^runner removed: it is offline, has no instance/),
    ]);
    expect(world.ec2.instances[0]!.state).toBe('stopped');
  });

  test('a claimed one whose tags name the claim of another instance is left to a person', async () => {
    const world = new SweepWorld();
    const id = await aPooled(world);
    world.ec2.retag(id, { ...claimTags(world, id, 1), [TAG.runnerName]: nameClaim('i-0f') });
    expect(brief(await world.reap())).toEqual([expect.stringMatching(/skipped: .* is the claim of another instance/)]);
  });
});

describe('A claim', () => {
  const claim = { name: 'ec2-pool-i-1', labels: ['fixed', 'ec2-77-1-start-0123abcd'] };

  test('belongs to the run and the start of its label', () => {
    expect([isOfRun(claim, { runId: '77', attempt: '1' }), isOfRun(claim, { runId: '77' })]).toEqual([true, true]);
    expect([isOfRun(claim, { runId: '77', attempt: '2' }), isOfRun(claim, { runId: '7' })]).toEqual([false, false]);
    expect([isOfStart(claim, '0123abcd'), isOfStart(claim, 'fedcba98')]).toEqual([true, false]);
  });

  test('holds its run attempt in its label, as another runner does in its name', () => {
    expect(attemptOf({ ...claim, labels: ['fixed', 'ec2-77-12-start-0123abcd'] }, '77')).toBe(12);
    expect(attemptOf({ name: 'ec2-77-3-start-0123abcd-0', labels: [] }, '77')).toBe(3);
  });

  test('of another run has no attempt of this run, and neither has a runner with a name of its own', () => {
    expect([attemptOf(claim, '7'), attemptOf({ name: 'builder', labels: [] }, '77')]).toEqual([undefined, undefined]);
  });

  test('of another start with the same fixed label does not belong to this start', () => {
    expect(isOfStart({ ...claim, labels: ['fixed', 'ec2-78-1-start-fedcba98'] }, '0123abcd')).toBe(false);
  });

  test('is found before an instance that was launched', () => {
    expect([0, 2_500, 5_000, 6_900].map((elapsed) => runnerCadence(elapsed, 2_500))).toEqual([
      2_500, 1_000, 1_000, 1_000,
    ]);
    expect([0, 2_500].map((elapsed) => runnerCadence(elapsed))).toEqual([7_000, 4_500]);
  });
});
