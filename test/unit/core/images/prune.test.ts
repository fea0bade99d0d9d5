import { beforeEach, describe, expect, test } from '@jest/globals';
import { prune, refuseUnfinished, type PruneRequest, type Pruned } from '../../../../src/core/images/prune.js';
import { Failure } from '../../../../src/core/kernel/failure.js';
import { TAG } from '../../../../src/core/kernel/identity.js';
import { FAKE_START } from '../../../worlds/fake-clock.js';
import type { FakeImage } from '../../../worlds/fake-images.js';
import { DAY, ImageWorld } from '../../../worlds/images.js';

const denied = new Failure('aws-not-authorized', 'You may not.', { hint: 'Allow it.' });

let world: ImageWorld;
/** Images of amd64, 0, 10, 20 … days old. */
let images: readonly FakeImage[];

beforeEach(() => {
  world = new ImageWorld();
  images = [0, 10, 20, 30, 40].map((ageDays) => world.add({ ageDays }));
});

function run(request: Partial<PruneRequest> = {}): Promise<Pruned> {
  const { home, away, log, now } = world;
  return prune({ presets: ['amd64'], keep: 1, dryRun: false, ...request }, { regions: [home, away], log, now });
}

const outcomes = ({ findings }: Pruned): [string, string][] => findings.map(({ id, outcome }) => [id, outcome]);
const why = ({ findings }: Pruned, { id }: FakeImage): string =>
  findings.find((finding) => finding.id === id)?.why ?? 'nothing is said';
const left = (): string[] => world.home.images.map(({ id }) => id);
const idsOf = (...some: readonly (FakeImage | undefined)[]): (string | undefined)[] => some.map((one) => one?.id);

describe('Pruning', () => {
  test('keeps the newest and removes the others with their snapshots', async () => {
    const pruned = await run({ keep: 2 });
    expect(left()).toEqual(idsOf(images[0], images[1]));
    expect(world.home.snapshots).toHaveLength(2);
    expect(outcomes(pruned).map(([, outcome]) => outcome)).toEqual(['kept', 'kept', 'removed', 'removed', 'removed']);
    refuseUnfinished(pruned);
  });

  test('reports the same in a dry run and removes nothing', async () => {
    const dry = await run({ dryRun: true });
    expect(world.home.changes).toEqual([]);
    const wet = await run();
    const would = dry.findings
      .filter(({ outcome }) => outcome === 'would-remove')
      .map(({ id, why: said }) => [id, said]);
    const did = wet.findings.filter(({ outcome }) => outcome === 'removed').map(({ id, why: said }) => [id, said]);
    expect(would).toEqual(did);
    expect(did).toHaveLength(4);
  });

  test('sorts by the date of the build, so that a late copy of an old image is old', async () => {
    const copy = world.add({ ageDays: 25, createdAt: world.now });
    await run({ keep: 3 });
    expect(left()).not.toContain(copy.id);
  });

  test('keeps the newest images of each preset in each region', async () => {
    const others = [world.add({ preset: 'cuda', ageDays: 90 }), world.add({ ageDays: 90 }, world.away)];
    await run({ presets: ['amd64', 'arm64', 'cuda'] });
    expect(left()).toEqual(idsOf(images[0], others[0]));
    expect(world.away.images).toHaveLength(1);
  });

  test('keeps images of other presets, and images without a preset', async () => {
    world.add({ preset: 'cuda', ageDays: 90 });
    world.add({ preset: 'cuda', ageDays: 99 });
    world.add({ tags: {}, ageDays: 99 });
    await run();
    expect(world.home.images).toHaveLength(4);
  });

  test.each([0, -1])('never removes the last image, also with `keep` of %i', async (keep) => {
    await run({ keep });
    expect(left()).toEqual(idsOf(images[0]));
  });

  test('never removes the last one that can be launched, however many newer ones have failed', async () => {
    world.home.images = [images[4]!];
    const broken = world.add({ state: 'failed', ageDays: 2 });
    world.add({ state: 'pending' });
    const pruned = await run();
    expect(left()).toContain(images[4]!.id);
    expect(why(pruned, images[4]!)).toBe('it is the newest');
    expect(left()).not.toContain(broken.id);
  });

  test.each([
    ['is being made', { state: 'pending', ageDays: 99 }, 'it is pending'],
    ['failed today', { state: 'failed', createdAt: FAKE_START, tags: { [TAG.preset]: 'amd64' } }, 'younger than a day'],
    ['was disabled', { state: 'disabled', ageDays: 99 }, 'it was disabled by a person'],
  ])('keeps an image that %s', async (_, options, reason) => {
    const image = world.add(options);
    expect(why(await run(), image)).toContain(reason);
    expect(left()).toContain(image.id);
  });
});

describe('An image is kept while it is used by', () => {
  const oldest = (): FakeImage => images[4]!;

  test.each(['/ci-actions/ami/amd64', '/ci-actions/ami/amd64/previous', '/ci-actions/ami/cuda'])(
    'our SSM parameter %s',
    async (name) => {
      world.home.parameters.set(name, oldest().id);
      expect(why(await run(), oldest())).toBe(`it is in use by SSM parameter ${name}`);
      expect(left()).toEqual(idsOf(images[0], oldest()));
    },
  );

  test('an old version of a launch template', async () => {
    world.home.templates = [
      { template: 'web', version: 1, image: oldest().id },
      { template: 'web', version: 2, image: images[0]!.id },
    ];
    expect(why(await run(), oldest())).toBe('it is in use by launch template web (version 1)');
  });

  test.each([
    ['by our SSM parameter', '/ci-actions/ami/arm64/previous', '/ci-actions/ami/arm64/previous'],
    ['by an old version of a parameter', '/team/image:1', '/team/image'],
    ['by the ARN of a parameter', 'arn:aws:ssm:us-east-1:123456789012:parameter/team/image', '/team/image'],
  ])('a launch template %s', async (_, reference, name) => {
    await world.home.writeParameter(name, oldest().id);
    if (reference.endsWith(':1')) await world.home.writeParameter(name, 'ami-of-today');
    world.home.templates = [{ template: 'web', version: 3, image: `resolve:ssm:${reference}` }];
    expect(why(await run(), oldest())).toContain(`launch template web (version 3, by SSM parameter ${reference})`);
    expect(left()).toContain(oldest().id);
  });

  test.each(['pending', 'running', 'stopping', 'stopped'] as const)('an instance that is %s', async (state) => {
    const { id } = world.launch(oldest(), state);
    expect(why(await run(), oldest())).toBe(`it is in use by instance ${id} (${state})`);
    expect(left()).toContain(oldest().id);
  });

  test('something other than a terminated instance', async () => {
    world.launch(oldest(), 'terminated');
    await run();
    expect(left()).not.toContain(oldest().id);
  });
});

describe('A region where a listing fails is left as it is:', () => {
  test.each([
    'listImages',
    'listSnapshots',
    'readParameters',
    'listTemplateVersions',
    'findInstancesOf',
    'resolveParameter',
  ] as const)('%s', async (question) => {
    world.home.templates = [{ template: 'web', version: 1, image: 'resolve:ssm:/team/image' }];
    for (const ageDays of [50, 60]) world.add({ ageDays }, world.away);
    world.home.fault(question, { error: denied });
    const pruned = await run();
    expect(world.home.changes).toEqual([]);
    expect(pruned.untouched).toEqual([{ region: 'us-east-1', failure: denied }]);
    expect(world.said).toEqual(['warning: us-east-1: nothing is removed, because a listing failed. You may not.']);
    // The other region is pruned.
    expect(world.away.images).toHaveLength(1);
    expect(() => refuseUnfinished(pruned)).toThrow(
      'Not everything was pruned. us-east-1, where nothing was removed: You may not.',
    );
  });

  test('public parameters of AWS are not resolved', async () => {
    world.home.templates = [{ template: 'web', version: 1, image: 'resolve:ssm:/aws/service/canonical/ubuntu' }];
    world.home.fault('resolveParameter', { error: denied });
    expect((await run()).untouched).toEqual([]);
  });
});

describe('A prune continues after a failure:', () => {
  test('an image that cannot be deregistered', async () => {
    world.home.fault('deregisterImage', { error: denied });
    const pruned = await run();
    expect(outcomes(pruned).map(([, outcome]) => outcome)).toEqual(['kept', 'failed', 'removed', 'removed', 'removed']);
    expect(() => refuseUnfinished(pruned)).toThrow(`${images[1]!.id} in us-east-1: You may not.`);
  });

  test('a snapshot that stays', async () => {
    const [stubborn] = images[2]!.snapshotIds;
    world.home.stubborn.set(stubborn!, 'missing-permissions');
    const pruned = await run();
    expect(left()).toEqual(idsOf(images[0]));
    expect(() => refuseUnfinished(pruned)).toThrow(
      `Image ${images[2]!.id} is gone, but not its snapshots: ${stubborn} (missing-permissions).`,
    );
  });

  test('several failures are all reported', async () => {
    world.home.fault('deregisterImage', { error: denied, times: 2 });
    const pruned = await run();
    expect(() => refuseUnfinished(pruned)).toThrow('Not everything was pruned: 2 failures.');
  });

  test('an image that was removed meanwhile is not a failure', async () => {
    world.home.deregisterImage = async () => 'absent';
    refuseUnfinished(await run());
  });

  test('a bug is not a failure, and ends the prune', async () => {
    world.home.fault('listImages', { error: new TypeError('undefined is not a function') });
    await expect(run()).rejects.toThrow(TypeError);
  });
});

describe('Snapshots', () => {
  const abandon = (options: { ageDays?: number; state?: string; preset?: string } = {}): string => {
    const { ageDays = 2, state = 'completed', preset = 'amd64' } = options;
    const createdAt = world.now - ageDays * DAY;
    world.home.snapshots.push({ id: 'snap-0f000000000000001', state, createdAt, tags: { [TAG.preset]: preset } });
    return 'snap-0f000000000000001';
  };
  const isThere = (id: string): boolean => world.home.snapshots.some((one) => one.id === id);

  test('without an image are removed, and a dry run reports them', async () => {
    const id = abandon();
    expect(outcomes(await run({ dryRun: true }))).toContainEqual([id, 'would-remove']);
    expect(isThere(id)).toBe(true);
    const { findings } = await run();
    expect(findings).toContainEqual(expect.objectContaining({ id, outcome: 'removed', why: 'its image is gone' }));
    expect(isThere(id)).toBe(false);
  });

  test.each([
    ['younger than a day', { ageDays: 0.5 }],
    ['being made', { state: 'pending' }],
    ['of another preset', { preset: 'cuda' }],
  ])('that are %s stay', async (_, options) => {
    const id = abandon(options);
    await run();
    expect(isThere(id)).toBe(true);
  });

  test('that a kept image shares with a removed one stay, without a warning', async () => {
    world.home.images = world.home.images.map((image) => ({ ...image, snapshotIds: images[0]!.snapshotIds }));
    world.home.snapshots = world.home.snapshots.slice(0, 1);
    refuseUnfinished(await run());
    expect(world.home.snapshots).toHaveLength(1);
  });

  test('that EC2 reports in use stay', async () => {
    const id = abandon();
    world.home.deleteSnapshot = async () => 'in-use';
    expect(outcomes(await run())).toContainEqual([id, 'kept']);
  });
});
