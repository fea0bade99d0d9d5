import { describe, expect, test } from '@jest/globals';
import { aVolume, createVolumeCloud, KEEP_UNTIL, placeVolume, REPOSITORY } from '../../../worlds/data-volume.js';
import { aRequest, failureOf } from '../../../worlds/requests.js';
import { startRunners } from '../../../../src/core/start/start.js';

/** A cloud in which another start's machine holds the volume. */
async function createHeld() {
  const world = createVolumeCloud();
  const id = placeVolume(world.ec2);
  const { instances } = await startRunners(aRequest({ startId: 'aaaaaaaa', label: 'other' }), world.ports);
  const holder = instances[0]!.instance.id;
  world.ec2.dataVolumes.attach(id, holder);
  return { ...world, id, holder };
}

const OWN = { startId: 'bbbbbbbb' };

describe('A volume that another machine holds', () => {
  test('is refused, and the refusal names the machine and its run', async () => {
    const world = await createHeld();
    const failure = await failureOf(world.start(aVolume(), OWN));
    expect(failure).toMatchObject({
      code: 'data-volume-in-use',
      message: `Volume ${world.id} is attached to ${world.holder}, of run 77 (attempt 1, job start) of octo-org/octo-repo.`,
    });
    expect(world.ec2.instances).toHaveLength(1);
  });

  test('by a machine that a stop has kept, is refused with the time of its end', async () => {
    const world = await createHeld();
    world.ec2.retag(world.holder, { [KEEP_UNTIL]: '2026-01-01T01:00:00.000Z' });
    const { message } = await failureOf(world.start(aVolume(), OWN));
    expect(message).toMatch(/of octo-org\/octo-repo, kept until 2026-01-01T01:00:00\.000Z after its job\.$/);
  });

  test('is refused by a dry run as well', async () => {
    const world = await createHeld();
    expect((await failureOf(world.dryRun(aVolume(), OWN))).code).toBe('data-volume-in-use');
  });

  test('is waited for with `when-attached: wait`', async () => {
    const world = await createHeld();
    world.clock.after(100_000, () => world.ec2.end(world.holder));
    const { instances } = await world.start(aVolume({ whenAttached: 'wait' }), OWN);
    expect(world.ec2.dataVolumes.list()[0]!.attachments).toMatchObject([{ instanceId: instances[0]!.instance.id }]);
    expect(world.said.join('\n')).toMatch(/Volume vol-\S+ is free after 1[12]\d s\./);
  });

  test('is waited for no longer than a start may take', async () => {
    const world = await createHeld();
    const failure = await failureOf(world.start(aVolume({ whenAttached: 'wait' }), OWN));
    expect(failure.message).toContain(`attached to ${world.holder}`);
    expect(failure.message).toContain('This start waited for it for 300 s.');
    // It waits already, so that this is no advice.
    expect(failure.hint).not.toContain('when-attached: wait');
    expect(failure.hint).toContain('startup-timeout-minutes');
    expect(world.ec2.instances).toHaveLength(1);
  });

  test('is waited for without asking when its machine is ending', async () => {
    const world = await createHeld();
    world.ec2.end(world.holder);
    const { instances } = await world.start(aVolume(), OWN);
    expect(world.ec2.dataVolumes.list()[0]!.attachments).toMatchObject([{ instanceId: instances[0]!.instance.id }]);
  });

  test('is taken away with `when-attached: detach`', async () => {
    const world = await createHeld();
    const { instances } = await world.start(aVolume({ whenAttached: 'detach' }), OWN);
    expect(world.ec2.dataVolumes.list()[0]!.attachments).toMatchObject([{ instanceId: instances[0]!.instance.id }]);
    expect(world.live()).toHaveLength(2);
    expect(world.said).toContainEqual(
      expect.stringMatching(`notice.*Volume ${world.id} is attached to ${world.holder}, of run 77 .* Taking it away`),
    );
  });

  test.each([[{ [REPOSITORY]: 'octo-org/other' }], [{ [REPOSITORY]: undefined }]])(
    'is never taken from a machine of another repository %j',
    async (tags) => {
      const world = await createHeld();
      world.ec2.retag(world.holder, tags);
      const failure = await failureOf(world.start(aVolume({ whenAttached: 'detach' }), OWN));
      expect(failure).toMatchObject({
        code: 'data-volume-in-use',
        message: expect.stringContaining('only machines of this repository'),
      });
      expect(world.ec2.dataVolumes.list()[0]!.attachments).toMatchObject([{ instanceId: world.holder }]);
    },
  );

  test('is taken by force when the machine does not release it within 60 s', async () => {
    const world = await createHeld();
    const { dataVolumes } = world.ec2;
    const detach = dataVolumes.detach.bind(dataVolumes);
    let asked = 0;
    dataVolumes.detach = (...args) => (++asked === 1 ? 'detaching' : detach(...args));
    await world.start(aVolume({ whenAttached: 'detach' }), OWN);
    expect(asked).toBe(2);
    expect(world.said.join('\n')).toContain('EC2 takes it by force');
  });

  test('ends the wait when the job is canceled', async () => {
    const world = await createHeld();
    const { Failure } = await import('../../../../src/core/kernel/failure.js');
    world.clock.after(10_000, () => world.cancel.abort(new Failure('cancelled', 'c', { hint: 'h' })));
    expect((await failureOf(world.start(aVolume({ whenAttached: 'wait' }), OWN))).code).toBe('cancelled');
  });
});

describe('A volume that another start attaches while this one boots', () => {
  async function race(whenAttached: 'refuse' | 'detach' | 'wait') {
    const world = await createHeld();
    const { dataVolumes } = world.ec2;
    dataVolumes.detach(world.id, world.holder);
    world.ec2.onLaunch(() => void dataVolumes.attach(world.id, world.holder));
    return { world, started: world.start(aVolume({ whenAttached }), OWN) };
  }

  test.each(['refuse', 'detach'] as const)('is left to it with `%s`, and this start is rolled back', async (policy) => {
    const { world, started } = await race(policy);
    expect(await failureOf(started)).toMatchObject({
      code: 'data-volume-in-use',
      message: expect.stringContaining('Another start was faster.'),
    });
    expect(world.ec2.dataVolumes.list()[0]!.attachments).toMatchObject([{ instanceId: world.holder }]);
    expect(world.live().map(({ id }) => id)).toEqual([world.holder]);
  });

  test('is waited for with `wait`', async () => {
    const { world, started } = await race('wait');
    world.clock.after(12_000, () => world.ec2.end(world.holder));
    await started;
    expect(world.ec2.dataVolumes.list()[0]!.attachments[0]!.instanceId).not.toBe(world.holder);
  });

  test('is waited for no longer than a start may take, and the failure names the machine', async () => {
    const { world, started } = await race('wait');
    expect(await failureOf(started)).toMatchObject({
      code: 'data-volume-in-use',
      message: expect.stringMatching(
        `attached to ${world.holder}, of run 77 .* This start waited for it for 30\\d s\\.`,
      ),
    });
    expect(world.live().map(({ id }) => id)).toEqual([world.holder]);
  });
});

test('A lost answer to the request to attach is no reason to fail', async () => {
  const world = createVolumeCloud();
  const { dataVolumes } = world.ec2;
  const attach = dataVolumes.attach.bind(dataVolumes);
  // As when the answer to a first try was lost: the volume is attached, and the repeated request finds it in use.
  dataVolumes.attach = (...args) => (attach(...args) === 'attached' ? 'in-use' : attach(...args));
  await world.start(aVolume(), OWN);
  expect(dataVolumes.list()[0]!.state).toBe('in-use');
});

test('A volume that is deleted while the machine boots fails the start, and nothing is left', async () => {
  const world = createVolumeCloud();
  const id = placeVolume(world.ec2);
  world.ec2.onLaunch(() => void world.ec2.dataVolumes.delete(id));
  expect((await failureOf(world.start(aVolume(), OWN))).code).toBe('data-volume-unusable');
  expect(world.live()).toEqual([]);
});
