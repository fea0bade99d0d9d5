import { describe, expect, test } from '@jest/globals';
import {
  aVolume,
  createVolumeCloud,
  DAY_MS,
  KEEP_UNTIL,
  OURS,
  placeSnapshot,
  placeVolume,
  REPOSITORY,
  VOLUME,
} from '../../../worlds/data-volume.js';
import { FOREIGN_SUBNET, SUBNET_A, SUBNET_B, SUBNET_C } from '../../../worlds/fake-catalog.js';
import { FakeEc2 } from '../../../worlds/fake-ec2.js';
import { failureOf } from '../../../worlds/requests.js';

describe('A start with a data volume', () => {
  test('creates it on first use, attaches it, and names it in the payload', async () => {
    const world = createVolumeCloud();
    const { instances } = await world.start(aVolume());
    const [volume, ...others] = world.ec2.dataVolumes.list();
    expect(others).toEqual([]);
    expect(volume).toMatchObject({
      state: 'in-use',
      sizeGiB: 20,
      availabilityZone: 'us-east-1a',
      isEncrypted: true,
      attachments: [{ instanceId: instances[0]!.instance.id, state: 'attached' }],
      tags: { Name: 'docker', [REPOSITORY]: OURS, [VOLUME]: 'docker' },
    });
    expect(world.payloads()).toEqual([expect.stringMatching(`^${volume!.id} /var/lib/docker ci-[0-9a-f]{13}$`)]);
    expect(world.ec2.specs[0]!.tags['ci-actions:data-volume']).toBe(`docker ${volume!.id}`);
  });

  test('uses the volume of an earlier start, and renews the time for which it is kept', async () => {
    const world = createVolumeCloud();
    const id = placeVolume(world.ec2);
    await world.start(aVolume({ keepDays: 7 }));
    const [volume, ...others] = world.ec2.dataVolumes.list();
    expect(others).toEqual([]);
    expect(volume).toMatchObject({ id, state: 'in-use' });
    const kept = Date.parse(volume!.tags[KEEP_UNTIL]!) - world.clock.now();
    expect(kept).toBeGreaterThan(7 * DAY_MS - 60_000);
    expect(kept).toBeLessThanOrEqual(7 * DAY_MS);
  });

  test('does not shorten the time that a person chose for a volume by its id', async () => {
    const world = createVolumeCloud();
    const id = placeVolume(world.ec2, { tags: { [KEEP_UNTIL]: '2099-01-01T00:00:00Z' } });
    await world.start(aVolume({ id }));
    expect(world.ec2.dataVolumes.list()[0]).toMatchObject({
      state: 'in-use',
      tags: { [KEEP_UNTIL]: '2099-01-01T00:00:00Z' },
    });
  });

  test('attaches it within 1.5 s after the instance is running', async () => {
    const world = createVolumeCloud();
    placeVolume(world.ec2);
    const { instances } = await world.start(aVolume());
    const [, seconds] = /Attached volume .*, ([\d.]+) s after/.exec(world.said.join('\n'))!;
    // The fake's instances are pending for 5 s.
    expect(Number(seconds)).toBeGreaterThanOrEqual(5);
    expect(Number(seconds)).toBeLessThanOrEqual(6.5);
    expect(instances[0]!.runners[0]!.onlineAt).toBeDefined();
  });

  test('attaches it also when it does not wait for the runner', async () => {
    const world = createVolumeCloud({});
    await world.start(aVolume(), { waitFor: 'launched' });
    expect(world.ec2.dataVolumes.list()).toMatchObject([{ state: 'in-use' }]);
  });

  test('launches only into the subnets of its zone', async () => {
    const world = createVolumeCloud();
    placeVolume(world.ec2, { zone: 'us-east-1b' });
    const { instances } = await world.start(aVolume(), { subnetIds: [SUBNET_A, SUBNET_B, SUBNET_C] });
    expect(instances[0]!.instance.subnetId).toBe(SUBNET_B);
  });

  test('without a subnet launches into the default subnet of its zone', async () => {
    const world = createVolumeCloud();
    placeVolume(world.ec2, { zone: 'us-east-1c' });
    const { instances } = await world.start(aVolume(), { subnetIds: [] });
    expect(instances[0]!.instance.subnetId).toBe(SUBNET_C);
  });

  test('prefers the volume that was used last', async () => {
    const world = createVolumeCloud();
    placeVolume(world.ec2, { zone: 'us-east-1a' });
    const newer = placeVolume(world.ec2, { zone: 'us-east-1b', tags: { [KEEP_UNTIL]: '2026-01-12T00:00:00Z' } });
    await world.start(aVolume(), { subnetIds: [SUBNET_A, SUBNET_B] });
    expect(world.payloads()[0]).toContain(newer);
  });

  test('in another zone creates it from the newest snapshot', async () => {
    const world = createVolumeCloud();
    placeVolume(world.ec2, { zone: 'us-east-1b' });
    placeSnapshot(world.ec2, { createdAt: 1 });
    const newest = placeSnapshot(world.ec2, { createdAt: 2, sizeGiB: 30 });
    placeSnapshot(world.ec2, { createdAt: 3, state: 'error' });
    await world.start(aVolume(), { subnetIds: [SUBNET_A] });
    expect(world.said.join('\n')).toContain(`from snapshot ${newest}`);
    expect(world.ec2.dataVolumes.list()[1]).toMatchObject({
      availabilityZone: 'us-east-1a',
      sizeGiB: 30,
      state: 'in-use',
    });
  });

  test('keeps the volume when it is rolled back', async () => {
    const world = createVolumeCloud({});
    const failure = await failureOf(world.start(aVolume(), { startupTimeoutMs: 60_000 }));
    expect(failure.code).toBe('startup-timeout');
    expect(world.live()).toEqual([]);
    await world.clock.sleep(60_000);
    expect(world.ec2.dataVolumes.list()).toMatchObject([{ state: 'available', attachments: [] }]);
  });

  test('sends no request about volumes without one', async () => {
    const world = createVolumeCloud();
    world.ec2.openVolumes = () => Promise.reject(new Error('A plain start opened the volumes.'));
    const { startRunners } = await import('../../../../src/core/start/start.js');
    const { aRequest } = await import('../../../worlds/requests.js');
    await startRunners(aRequest(), world.ports);
    expect(world.payloads()).toEqual([undefined]);
  });
});

describe('A start is refused before anything is launched', () => {
  const refuse = async (
    place: (world: ReturnType<typeof createVolumeCloud>) => void,
    ...start: Parameters<ReturnType<typeof createVolumeCloud>['start']>
  ) => {
    const world = createVolumeCloud();
    place(world);
    const failure = await failureOf(world.start(...start));
    expect(world.ec2.instances).toEqual([]);
    expect(world.github.listed).toEqual([]);
    return failure;
  };

  test('when the volume is in another zone than every subnet', async () => {
    const failure = await refuse(({ ec2 }) => placeVolume(ec2, { zone: 'us-east-1b' }), aVolume(), {
      subnetIds: [SUBNET_A, SUBNET_C],
    });
    expect(failure).toMatchObject({
      code: 'bad-input',
      message: expect.stringMatching(/is in us-east-1b, .* are in us-east-1a, us-east-1c/),
    });
  });

  test('when it has neither a volume nor a size', async () => {
    const { sizeGiB: _, ...volume } = aVolume();
    expect(await refuse(() => undefined, volume)).toMatchObject({
      message: expect.stringContaining('`size-gib` is missing'),
    });
  });

  test.each([
    ['does not exist', {}],
    ['belongs to octo-org/other, not to octo-org/octo-repo', { [REPOSITORY]: 'octo-org/other' }],
    ['has no tag ci-actions:repository, ci-actions:volume, ci-actions:keep-until', { [REPOSITORY]: '' }],
    ['has no tag ci-actions:volume, ci-actions:keep-until', { [VOLUME]: '' }],
  ])('when the volume of the id %s', async (says, tags: Record<string, string>) => {
    let id = 'vol-0ffffffffffffffff';
    const place = (world: ReturnType<typeof createVolumeCloud>) => {
      if (Object.keys(tags).length === 0) return;
      id = placeVolume(world.ec2, { tags });
      const own = tags[VOLUME] === '' && { [REPOSITORY]: OURS };
      if (own || tags[REPOSITORY] === '') world.ec2.dataVolumes.change(id, { tags: { ...own } });
    };
    const world = createVolumeCloud();
    place(world);
    const failure = await failureOf(world.start(aVolume({ id })));
    expect(failure.message).toContain(says);
    expect(world.ec2.instances).toEqual([]);
  });

  test('when the list of volumes cannot be read: "could not ask" is not "there is none"', async () => {
    const world = createVolumeCloud();
    const { Failure } = await import('../../../../src/core/kernel/failure.js');
    world.ec2.fault('findDataVolumes', { error: new Failure('aws-unreachable', 'no answer', { hint: 'x' }) });
    expect((await failureOf(world.start(aVolume()))).code).toBe('aws-unreachable');
    expect(world.ec2.dataVolumes.list()).toEqual([]);
  });
});

describe('A copy', () => {
  test('is a volume of each machine, from the newest snapshot, and ends with it', async () => {
    const world = createVolumeCloud();
    placeSnapshot(world.ec2, { createdAt: 1 });
    const newest = placeSnapshot(world.ec2, { createdAt: 2, sizeGiB: 40 });
    await world.start(aVolume({ mode: 'copy', sizeGiB: 10 }), { count: 2 });
    const copy = { deviceName: '/dev/sdf', snapshotId: newest, sizeGiB: 40, encrypted: true };
    expect(world.ec2.specs.map(({ furtherVolumes }) => furtherVolumes)).toMatchObject([[copy], [copy]]);
    expect(world.payloads()).toEqual(
      Array(2).fill(expect.stringMatching(/^label:ci-[0-9a-f]{13} \/var\/lib\/docker$/)),
    );
    expect(world.ec2.dataVolumes.list()).toEqual([]);
    expect(world.ec2.specs[0]!.tags['ci-actions:data-volume']).toBe('docker copy');
  });

  test('has the label of the volume that it is a copy of', async () => {
    const world = createVolumeCloud();
    await world.start(aVolume());
    placeSnapshot(world.ec2);
    await world.start(aVolume({ mode: 'copy' }), { startId: 'fedcba98' });
    const [used, copied] = world.payloads();
    expect(copied!.split(' ')[0]).toBe(`label:${used!.split(' ')[2]}`);
  });

  test('without a snapshot is refused, and the refusal says how to get one', async () => {
    const world = createVolumeCloud();
    const failure = await failureOf(world.start(aVolume({ mode: 'copy' })));
    expect(failure.message).toContain(
      'there is no snapshot of `docker` in us-east-1; run a start with `mode: use` and `snapshot: on-success` first',
    );
  });

  test('is launched in the regions that have a snapshot', async () => {
    const world = createVolumeCloud();
    const away = new FakeEc2({ clock: world.clock, region: 'eu-west-1' });
    world.elsewhere.set('eu-west-1', away);
    away.onLaunch((instance) => world.clock.after(25_000, () => world.bringOnline(instance)));
    placeSnapshot(away);
    const { instances } = await world.start(aVolume({ mode: 'copy' }), {
      subnetIds: [SUBNET_A, `eu-west-1/${SUBNET_B}`],
    });
    expect(instances[0]!.region).toBe('eu-west-1');
  });
});

describe('A dry run', () => {
  test('says that the volume would be created, and creates nothing', async () => {
    const world = createVolumeCloud();
    const { said, plans } = await world.dryRun(aVolume(), { subnetIds: [SUBNET_B, SUBNET_A] });
    expect(said).toBe('There is no volume `docker` in reach: it is created in us-east-1b, blank, for /var/lib/docker.');
    expect(new Set(plans.map(({ subnetId }) => subnetId))).toEqual(new Set([SUBNET_B]));
    expect(world.ec2.dataVolumes.list()).toEqual([]);
  });

  test('names the volume that would be used', async () => {
    const world = createVolumeCloud();
    const id = placeVolume(world.ec2);
    expect((await world.dryRun(aVolume())).said).toBe(
      `Data volume \`docker\`: ${id} in us-east-1a, on /var/lib/docker.`,
    );
  });
});

test('A subnet of another VPC in the same zone is as good', async () => {
  const world = createVolumeCloud();
  placeVolume(world.ec2);
  await world.start(aVolume(), { subnetIds: [FOREIGN_SUBNET] });
  expect(world.ec2.dataVolumes.list()[0]!.state).toBe('in-use');
});
