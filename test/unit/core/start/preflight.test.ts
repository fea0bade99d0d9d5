import { describe, expect, test } from '@jest/globals';
import { startRunners } from '../../../../src/core/start/start.js';
import { createCloud } from '../../../worlds/cloud.js';
import { AMD64_IMAGE, FOREIGN_GROUP, GROUP, STOCK_AMD64_IMAGE } from '../../../worlds/fake-catalog.js';
import { aRequest, failureOf } from '../../../worlds/requests.js';

const BOOT_MS = 25_000;

describe('before anything is created, a start refuses', () => {
  const cases: [string, Parameters<typeof aRequest>[0], RegExp][] = [
    [
      'a type of another architecture',
      { instanceTypes: ['t4g.xlarge'] },
      /t4g\.xlarge is arm64, but image .* is x86_64; .*`preset: arm64`/,
    ],
    [
      'a cuda preset without a GPU',
      { base: 'cuda', image: { kind: 'published', base: 'cuda' }, instanceTypes: ['t3.xlarge'] },
      /has no GPU/,
    ],
    [
      'a volume smaller than the image',
      { volume: { sizeGiB: 20, sizeIsDefault: false } },
      /`ec2-volume-size` is 20; allowed with image .*: 50/,
    ],
    ['a type that does not exist', { instanceTypes: ['t9.huge'] }, /none of which the region offers/],
    [
      'a subnet that does not exist',
      { subnetIds: ['subnet-0dead'] },
      /`subnet-id` is "subnet-0dead", which this account does not have/,
    ],
    ['a group of another network', { securityGroupIds: [FOREIGN_GROUP] }, /different networks/],
    [
      'an image that does not exist',
      { image: { kind: 'id', id: 'ami-0dead' } },
      /ami-0dead, but EC2 shows no such image/,
    ],
    ['a parameter that does not exist', { image: { kind: 'parameter', path: '/x' } }, /no SSM parameter \/x/],
    ['a name that matches nothing', { image: { kind: 'name', pattern: 'none-*' } }, /matches "none-\*"/],
    [
      'a script that does not fit',
      { preRunnerScript: Buffer.from(crypto.getRandomValues(new Uint8Array(12_000))).toString('base64') },
      /EC2 allows 16384/,
    ],
    [
      'a script that would fit only with an image that has a runner',
      {
        image: { kind: 'id', id: STOCK_AMD64_IMAGE },
        preRunnerScript: crypto.getRandomValues(Buffer.alloc(8_970)).toString('base64'),
      },
      /EC2 allows 16384/,
    ],
  ];
  test.each(cases)('%s', async (_name, changes, why) => {
    const world = createCloud();
    const failure = await failureOf(startRunners(aRequest(changes), world.ports));
    expect(`${failure.message}\n${failure.details}`).toMatch(why);
    expect(world.ec2.instances).toEqual([]);
    expect(world.github.registered).toEqual([]);
    expect(world.journal).toEqual([]);
  });

  test('all of that at once', async () => {
    const world = createCloud();
    const failure = await failureOf(
      startRunners(
        aRequest({
          instanceTypes: ['t4g.xlarge'],
          subnetIds: ['subnet-0dead'],
          volume: { sizeGiB: 1, sizeIsDefault: false },
        }),
        world.ports,
      ),
    );
    expect(failure.details.split('\n')).toHaveLength(3);
  });
});

describe('the image', () => {
  test('of a preset without a published image is a public one, on which the runner is installed', async () => {
    const world = createCloud({ bootMs: BOOT_MS });
    world.ec2.parameters.delete('/ci-actions/ami/amd64');
    const { regionSetups } = await startRunners(aRequest(), world.ports);
    expect(regionSetups.get('us-east-1')!.image.id).toBe(STOCK_AMD64_IMAGE);
    expect(world.said.join('\n')).toContain('notice: No image was published at /ci-actions/ami/amd64');
    expect(world.github.calls).toContain('findDownload latest');
  });

  test("may be larger than the preset's volume", async () => {
    const world = createCloud({ bootMs: BOOT_MS });
    const image = world.ec2.images.find(({ id }) => id === AMD64_IMAGE)!;
    world.ec2.images[world.ec2.images.indexOf(image)] = { ...image, rootVolumeGiB: 80 };
    await startRunners(aRequest({ securityGroupIds: [GROUP] }), world.ports);
    expect(world.ec2.specs[0]!.rootVolume).toEqual({ deviceName: '/dev/sda1', sizeGiB: 80, type: 'gp3' });
  });

  test.each([
    [{ state: 'pending' }, /is pending, not available/],
    [{ platform: 'Windows' }, /is a Windows image/],
  ])('%j is refused', async (changes, why) => {
    const world = createCloud();
    const image = world.ec2.images.find(({ id }) => id === AMD64_IMAGE)!;
    world.ec2.images[world.ec2.images.indexOf(image)] = { ...image, ...changes };
    const failure = await failureOf(startRunners(aRequest(), world.ports));
    expect(failure.code).toBe('image-unusable');
    expect(failure.message).toMatch(why);
  });

  test('with a runner that GitHub refuses is refused', async () => {
    const world = createCloud();
    world.github.deprecations.set('2.336.0', world.clock.now() - 1);
    const failure = await failureOf(startRunners(aRequest(), world.ports));
    expect(failure.code).toBe('runner-version-refused');
    expect(failure.hint).toContain('ami/README.md');
    expect([world.ec2.specs, world.github.listed]).toEqual([[], []]);
  });

  test('with a runner that GitHub will soon refuse causes a warning', async () => {
    const world = createCloud({ bootMs: BOOT_MS });
    world.github.deprecations.set('2.336.0', world.clock.now() + 3 * 86_400_000);
    await startRunners(aRequest(), world.ports);
    expect(world.said.join('\n')).toContain('warning: Image');
  });

  test('with a runner that is too old to register is refused without a request to GitHub', async () => {
    const world = createCloud();
    const image = world.ec2.images.find(({ id }) => id === AMD64_IMAGE)!;
    world.ec2.images[world.ec2.images.indexOf(image)] = { ...image, tags: { 'ci-actions:runner-version': '2.328.9' } };
    expect((await failureOf(startRunners(aRequest(), world.ports))).code).toBe('runner-version-refused');
    expect([world.github.calls, world.journal]).toEqual([[], []]);
  });
});

describe('a runner group', () => {
  const org = { kind: 'org', org: 'octo-org' } as const;

  test('that this repository may not use fails the start before anything is registered', async () => {
    for (const runnerGroup of ['theirs', '4', undefined]) {
      const world = createCloud();
      world.github.groups.set('theirs', 4);
      world.github.closedGroups.set(4, 'not for us').set(1, 'not for us');
      const failure = await failureOf(startRunners(aRequest({ scope: org, runnerGroup }), world.ports));
      expect(failure.code).toBe('runner-group-unusable');
      expect([world.github.registered, world.ec2.specs, world.journal]).toEqual([[], [], []]);
    }
  });

  test('that cannot be checked is logged and used', async () => {
    const world = createCloud({ bootMs: BOOT_MS });
    world.github.groupDoubt = 'Nobody knows.';
    await startRunners(aRequest({ scope: org }), world.ports);
    expect(world.said.join('\n')).toContain('Nobody knows.');
    expect(world.github.registered).toMatchObject([{ groupId: 1 }]);
  });

  test('is not looked up for the runners of a repository', async () => {
    const world = createCloud({ bootMs: BOOT_MS });
    await startRunners(aRequest(), world.ports);
    expect(world.github.calls.filter((call) => call.startsWith('resolveGroup'))).toEqual([]);
  });
});
