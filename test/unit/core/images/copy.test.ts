import { beforeEach, describe, expect, test } from '@jest/globals';
import { copyImages, type CopyRequest } from '../../../../src/core/images/copy.js';
import { Failure } from '../../../../src/core/kernel/failure.js';
import { TAG } from '../../../../src/core/kernel/identity.js';
import { FAKE_START } from '../../../worlds/fake-clock.js';
import type { FakeImage } from '../../../worlds/fake-images.js';
import { DAY, ImageWorld } from '../../../worlds/images.js';

const CURRENT = '/ci-actions/ami/amd64';
const MINUTE = 60_000;

let world: ImageWorld;
let image: FakeImage;

beforeEach(() => {
  world = new ImageWorld();
  image = world.add({ ageDays: 3 });
  world.setPublished(image);
});

function copy(request: Partial<CopyRequest> = {}) {
  const { home: from, away, github: versions, clock, log } = world;
  let nonces = 0;
  return copyImages(
    { preset: 'amd64', publish: false, ...request },
    { from, to: [away], versions, clock, log, nonce: () => `${++nonces}` },
  );
}

describe('Copying an image', () => {
  test('copies the published one, waits until the copy is available, and sets its deprecation date', async () => {
    const [copied] = await copy();
    const [made] = world.away.images;
    expect(copied).toEqual({ region: 'eu-west-1', imageId: made?.id });
    expect(made).toMatchObject({ name: image.name, state: 'available', tags: image.tags });
    expect(made?.deprecatedFrom).toBe(image.createdAt + 60 * DAY);
    expect(world.now - FAKE_START).toBeGreaterThanOrEqual(5 * MINUTE);
    expect(world.now - FAKE_START).toBeLessThan(6 * MINUTE);
    expect(world.away.parameters.size).toBe(0);
  });

  test('tags the snapshots too, because EC2 does not copy their tags', async () => {
    await copy();
    expect(world.away.snapshots).toMatchObject([{ tags: image.tags }]);
  });

  test('publishes the copy with `--publish`, and only there', async () => {
    const [copied] = await copy({ publish: true });
    expect(copied).toMatchObject({ published: { region: 'eu-west-1', changed: true } });
    expect(world.away.parameters.get(CURRENT)).toBe(world.away.images[0]?.id);
    expect(world.home.changes).toEqual([]);
  });

  test('copies the image that the request names', async () => {
    const other = world.add();
    await copy({ imageId: other.id });
    expect(world.away.images).toMatchObject([{ name: other.name }]);
  });

  test('twice makes one copy', async () => {
    const first = await copy();
    expect(await copy()).toEqual(first);
    expect(world.away.images).toHaveLength(1);
  });

  test('waits for a copy that an interrupted command began', async () => {
    const begun = await world.away.copyImage({
      from: { region: 'us-east-1', id: image.id },
      name: image.name,
      snapshotTags: image.tags,
      clientToken: 'earlier',
    });
    expect(await copy()).toMatchObject([begun === 'name-taken' ? {} : { imageId: begun.id }]);
    expect(world.away.images).toMatchObject([{ state: 'available' }]);
  });

  test('fails where another image has its name, and that image stays', async () => {
    world.add({ name: image.name, id: 'ami-0f000000000000001' }, world.away);
    expectFailure((await copy())[0], 'image-name-taken', /ami-0f0.*not a copy of.*has the name/);
    expect(world.away.changes).toEqual([]);
  });

  test('fails where another image gets its name at the last moment', async () => {
    world.away.copyImage = async () => 'name-taken';
    expectFailure((await copy())[0], 'image-name-taken', /another image has the name/);
  });

  test('fails with the reason of EC2 when EC2 cannot finish it, and publishes nothing', async () => {
    world.away.outcome = { state: 'failed', stateReason: 'Client.SnapshotQuota' };
    expectFailure((await copy({ publish: true }))[0], 'image-unusable', /is failed \(Client\.SnapshotQuota\)/);
    expect(world.away.parameters.size).toBe(0);
  });

  test('fails when the copy lost its tags, and publishes nothing', async () => {
    world.away.outcome = { state: 'available', tags: { [TAG.preset]: 'amd64' } };
    expectFailure((await copy({ publish: true }))[0], 'image-unusable', /lacks tags of .*: ci-actions:runner-version/);
    expect(world.away.parameters.size).toBe(0);
  });

  test('fails after four hours when the copy does not become available', async () => {
    world.away.outcome = {};
    expectFailure((await copy())[0], 'image-unusable', /not available after 240 minutes/);
    expect(world.now - FAKE_START).toBeLessThan(241 * MINUTE);
  });

  test('waits for a copy that EC2 does not list at first, and not for one that is gone', async () => {
    const find = world.away.findImage.bind(world.away);
    world.away.findImage = async (id) => (world.now - FAKE_START < MINUTE ? undefined : find(id));
    expect(await copy()).toMatchObject([{ imageId: expect.stringMatching(/^ami-/) }]);
    world.away.images = [];
    world.away.findImage = async () => undefined;
    expectFailure((await copy())[0], 'image-not-found', /does not know the copy/);
  });

  test('to several regions continues when one of them fails', async () => {
    const far = new ImageWorld().home;
    far.fault('listImages', { error: new Failure('aws-not-authorized', 'You may not.', { hint: '' }), times: 9 });
    const { home: from, away, github: versions, clock, log } = world;
    const ports = { from, to: [far, away], versions, clock, log, nonce: () => '1' };
    const [failed, copied] = await copyImages({ preset: 'amd64', publish: false }, ports);
    expectFailure(failed, 'aws-not-authorized', /You may not/);
    expect(copied).toMatchObject({ imageId: world.away.images[0]?.id });
  });
});

describe('Nothing is copied', () => {
  test('when nothing is published and no image is named', async () => {
    world.home.parameters.clear();
    await expect(copy()).rejects.toMatchObject({ code: 'image-not-found', hint: expect.stringContaining('--image') });
  });

  test('when the image is for another preset', async () => {
    const other = world.add({ preset: 'cuda' });
    await expect(copy({ imageId: other.id })).rejects.toMatchObject({ code: 'image-unusable' });
    expect(world.away.images).toEqual([]);
  });

  test('when GitHub refuses the runner', async () => {
    world.github.deprecations.set('2.336.0', world.now - 1);
    await expect(copy()).rejects.toMatchObject({ code: 'runner-version-refused' });
    expect(world.away.images).toEqual([]);
  });
});

function expectFailure(copied: unknown, code: Failure['code'], reason: RegExp): void {
  expect(copied).toMatchObject({ failure: { code, message: expect.stringMatching(reason) } });
}
