import { beforeEach, describe, expect, test } from '@jest/globals';
import { publish, publishPrevious } from '../../../../src/core/images/publish.js';
import { Failure } from '../../../../src/core/kernel/failure.js';
import { TAG } from '../../../../src/core/kernel/identity.js';
import { DAY, ImageWorld, type ImageOptions } from '../../../worlds/images.js';

const CURRENT = '/ci-actions/ami/amd64';
const PREVIOUS = '/ci-actions/ami/amd64/previous';
const denied = new Failure('aws-not-authorized', 'You may not.', { hint: 'Allow it.' });

let world: ImageWorld;

beforeEach(() => {
  world = new ImageWorld();
});

const publishIt = (image: { id: string }, versions: Parameters<typeof publish>[1]['versions'] = world.github) =>
  publish({ preset: 'amd64', imageId: image.id }, { ...world.ports, versions });

describe('Publishing', () => {
  test('the first image creates the parameter, and a rollback has nothing to return to', async () => {
    const image = world.add();
    expect(await publishIt(image)).toEqual({ preset: 'amd64', region: 'us-east-1', imageId: image.id, changed: true });
    expect([...world.home.parameters]).toEqual([[CURRENT, image.id]]);
  });

  test('another image saves the one before, and then replaces it', async () => {
    const [old, image] = [world.add(), world.add()];
    world.setPublished(old);
    expect(await publishIt(image)).toMatchObject({ imageId: image.id, previous: old.id, changed: true });
    expect(world.home.changes).toEqual([`write ${PREVIOUS} ${old.id}`, `write ${CURRENT} ${image.id}`]);
  });

  test('the same image twice keeps the one before', async () => {
    const [old, image] = [world.add(), world.add()];
    world.setPublished(old);
    await publishIt(image);
    expect(await publishIt(image)).toMatchObject({ previous: old.id, changed: false });
    expect(world.home.parameters.get(PREVIOUS)).toBe(old.id);
  });

  test.each([
    ['60 days after it was built', 10, 50],
    ['tomorrow, for an image that is older than that', 70, 1],
  ])('sets its deprecation date: %s', async (_, ageDays, left) => {
    const image = world.add({ ageDays });
    await publishIt(image);
    expect(world.home.images[0]?.deprecatedFrom).toBe(world.now + left * DAY);
  });

  test('succeeds with a warning when the deprecation date cannot be set', async () => {
    const image = world.add();
    world.home.fault('deprecateImage', { error: denied });
    await publishIt(image);
    expect(world.home.parameters.get(CURRENT)).toBe(image.id);
    expect(world.said).toEqual([expect.stringMatching(/^warning: .*no deprecation date.*You may not/)]);
  });

  const refused: readonly [string, ImageOptions, RegExp][] = [
    ['is still being made', { state: 'pending' }, /is pending, not available/],
    ['failed', { state: 'failed', stateReason: 'Client.InternalError' }, /is failed.*\(Client\.InternalError\)/],
    ['is for another preset', { preset: 'cuda' }, /tagged ci-actions:preset=cuda, not for amd64/],
    ['has no tag of a preset', { tags: {} }, /no tag ci-actions:preset/],
    ['has another architecture', { architecture: 'arm64' }, /is for arm64; amd64 needs x86_64/],
    ['is for Windows', { platform: 'windows' }, /Windows/],
  ];
  test.each(refused)('an image that %s is refused, and nothing is changed', async (_, options, reason) => {
    await expectRefusal(publishIt(world.add(options)), 'image-unusable', reason);
    expect(world.home.changes).toEqual([]);
  });

  test('every reason against an image is reported at once', async () => {
    const failure = await failureOf(publishIt(world.add({ state: 'pending', preset: 'arm64' })));
    expect(failure.message).toContain('for 3 reasons');
    expect(failure.about.details).toHaveLength(3);
  });

  test('an image that does not exist is refused', async () => {
    await expectRefusal(
      publishIt({ id: 'ami-0ffffffffffffffff' }),
      'image-not-found',
      /no image ami-0f.* in us-east-1/,
    );
  });

  test('an image whose runner GitHub refuses is refused, and nothing is changed', async () => {
    world.github.deprecations.set('2.336.0', world.now - DAY);
    await expectRefusal(publishIt(world.add()), 'runner-version-refused', /2\.336\.0; GitHub has refused it since/);
    expect(world.home.changes).toEqual([]);
  });

  test('an image whose runner is too old to register is refused without asking GitHub', async () => {
    const image = world.add({ tags: { [TAG.preset]: 'amd64', [TAG.runnerVersion]: '2.328.0' } });
    await expectRefusal(publishIt(image, { why: 'nobody asked' }), 'runner-version-refused', /2\.329\.0 and newer/);
  });

  test('without access to GitHub, the unchecked runner version is logged', async () => {
    await publishIt(world.add(), { why: 'GITHUB_TOKEN is not set' });
    expect(world.said).toContainEqual(expect.stringMatching(/2\.336\.0: .*not checked \(GITHUB_TOKEN is not set\)/));
  });

  test('when GitHub refuses the request, the unchecked runner version is a warning', async () => {
    world.github.failNext('readDeprecation', new Failure('github-forbidden', 'Not with this token.', { hint: '' }));
    await publishIt(world.add());
    expect(world.said).toContainEqual(expect.stringMatching(/^warning: .*not checked: Not with this token/));
  });

  test('an image without the version of its runner is published with a warning', async () => {
    await publishIt(world.add({ tags: { [TAG.preset]: 'amd64' } }));
    expect(world.said).toContainEqual(
      expect.stringMatching(/^warning: .*no tag ci-actions:runner-version.*not checked/),
    );
  });

  test('when the image before cannot be saved, the new one is not published', async () => {
    world.setPublished(world.add());
    world.home.fault('writeParameter', { error: denied });
    await expect(publishIt(world.add())).rejects.toBe(denied);
    expect(world.home.changes).toEqual([]);
  });
});

describe('A rollback', () => {
  test('swaps the two, so that a second one undoes the first', async () => {
    const [old, image] = [world.add(), world.add()];
    await publishIt(old);
    await publishIt(image);
    expect(await publishPrevious('amd64', world.ports)).toMatchObject({ imageId: old.id, previous: image.id });
    expect(Object.fromEntries(world.home.parameters)).toEqual({ [CURRENT]: old.id, [PREVIOUS]: image.id });
    await publishPrevious('amd64', world.ports);
    expect(Object.fromEntries(world.home.parameters)).toEqual({ [CURRENT]: image.id, [PREVIOUS]: old.id });
  });

  test('without an image to return to is refused', async () => {
    await publishIt(world.add());
    await expectRefusal(
      publishPrevious('amd64', world.ports),
      'image-not-found',
      /previous in us-east-1 does not exist/,
    );
  });

  test('to the published image itself is refused', async () => {
    const image = world.add();
    world.setPublished(image);
    world.home.parameters.set(PREVIOUS, image.id);
    await expectRefusal(publishPrevious('amd64', world.ports), 'image-not-found', /the published image itself/);
  });

  test('to an image that is gone is refused, and nothing is changed', async () => {
    const [old, image] = [world.add(), world.add()];
    await publishIt(old);
    await publishIt(image);
    world.home.images = [image];
    await expectRefusal(publishPrevious('amd64', world.ports), 'image-not-found', /no image/);
    expect(world.home.parameters.get(CURRENT)).toBe(image.id);
  });

  test('that did only half of its work warns of the other half', async () => {
    const [old, image] = [world.add(), world.add()];
    await publishIt(old);
    await publishIt(image);
    const { home } = world;
    const write = home.writeParameter.bind(home);
    home.writeParameter = (name, value) => (name === PREVIOUS ? Promise.reject(denied) : write(name, value));
    await expect(publishPrevious('amd64', world.ports)).rejects.toBe(denied);
    expect(world.said).toContain(
      `warning: ${old.id} is published, but ${PREVIOUS} does not name ${image.id} yet: set it.`,
    );
  });
});

async function failureOf(call: Promise<unknown>): Promise<Failure> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Failure);
  return error as Failure;
}

async function expectRefusal(call: Promise<unknown>, code: Failure['code'], reason: RegExp): Promise<void> {
  expect(await failureOf(call)).toMatchObject({ code, message: expect.stringMatching(reason) });
}
