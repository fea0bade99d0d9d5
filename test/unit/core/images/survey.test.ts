import { beforeEach, describe, expect, test } from '@jest/globals';
import { survey } from '../../../../src/core/images/survey.js';
import { builtInPresets } from '../../../../src/core/kernel/built-in-presets.js';
import { Failure } from '../../../../src/core/kernel/failure.js';
import { TAG } from '../../../../src/core/kernel/identity.js';
import { DAY, ImageWorld } from '../../../worlds/images.js';

const denied = new Failure('aws-not-authorized', 'You may not.', { hint: 'Allow it.' });

let world: ImageWorld;

beforeEach(() => {
  world = new ImageWorld();
});

function look(presets = builtInPresets) {
  const { home, away, github: versions, log, now } = world;
  return survey(presets, { regions: [home, away], versions, log, now });
}

describe('The list of images', () => {
  test('has the facts of each image', async () => {
    const image = world.add({ ageDays: 12.9, deprecatedFrom: world.now + 40 * DAY });
    world.setPublished(image);
    world.launch(image);
    world.github.deprecations.set('2.336.0', world.now + 5.5 * DAY);
    const { images } = await look();
    expect(images).toEqual([
      {
        preset: 'amd64',
        region: 'us-east-1',
        id: image.id,
        name: image.name,
        state: 'available',
        builtAt: image.tags[TAG.builtAt],
        ageDays: 12,
        runnerVersion: '2.336.0',
        refusedFrom: new Date(world.now + 5.5 * DAY).toISOString(),
        daysUntilRefused: 5,
        refusalKnown: true,
        deprecatedFrom: new Date(world.now + 40 * DAY).toISOString(),
        published: true,
        previous: false,
        usedBy: ['SSM parameter /ci-actions/ami/amd64', expect.stringMatching(/^instance i-.* \(running\)$/)],
      },
    ]);
  });

  test('is sorted by preset, then by region, the newest build first', async () => {
    const far = world.add({ ageDays: 1 }, world.away);
    const [old, cuda, young] = [world.add({ ageDays: 9 }), world.add({ preset: 'cuda' }), world.add({ ageDays: 2 })];
    const { images, missing } = await look();
    expect(images.map(({ id }) => id)).toEqual([young.id, old.id, far.id, cuda.id]);
    expect(missing).toEqual([
      { preset: 'arm64', region: 'us-east-1' },
      { preset: 'arm64', region: 'eu-west-1' },
      { preset: 'cuda', region: 'eu-west-1' },
    ]);
  });

  test('marks the image to which a rollback returns', async () => {
    world.home.parameters.set('/ci-actions/ami/amd64/previous', world.add().id);
    expect((await look()).images).toMatchObject([{ published: false, previous: true }]);
  });

  test('reads each version from GitHub once', async () => {
    world.add();
    world.add();
    await look();
    expect(world.github.calls).toEqual(['readDeprecation 2.336.0']);
  });

  test.each([
    ['has set no date', '2.336.0', { refusalKnown: true, daysUntilRefused: null }],
    ['does not register versions that old', '2.100.0', { refusalKnown: true, daysUntilRefused: 0 }],
    ['does not know the version', '2.999.0', { refusalKnown: false, daysUntilRefused: null }],
    ['refuses it already', '2.400.0', { refusalKnown: true, daysUntilRefused: 0 }],
  ])('holds the answer of GitHub when it %s', async (_, version, expected) => {
    world.github.deprecations.set('2.400.0', world.now - 1);
    world.add({ tags: { [TAG.preset]: 'amd64', [TAG.runnerVersion]: version } });
    expect((await look()).images).toMatchObject([expected]);
  });

  test('has null for what GitHub cannot be asked, with a warning', async () => {
    world.add();
    world.github.failNext('readDeprecation', new Failure('github-forbidden', 'Not with this token.', { hint: '' }));
    expect((await look()).images).toMatchObject([{ refusalKnown: false, daysUntilRefused: null }]);
    expect(world.said).toEqual([expect.stringMatching(/^warning: .*2\.336\.0: Not with this token/)]);
  });

  test('has null for the uses of an image when they cannot be listed', async () => {
    world.add();
    world.home.fault('listTemplateVersions', { error: denied });
    const { images, failures } = await look();
    expect(images).toMatchObject([{ usedBy: null, published: null, previous: null }]);
    expect(failures).toEqual([{ region: 'us-east-1', failure: denied }]);
  });

  test('continues when one region cannot be listed, and holds nothing of that region', async () => {
    world.add({}, world.away);
    world.home.fault('listImages', { error: denied });
    const { images, missing, failures } = await look(['amd64']);
    expect(images).toHaveLength(1);
    expect(missing).toEqual([]);
    expect(failures).toEqual([{ region: 'us-east-1', failure: denied }]);
  });
});
