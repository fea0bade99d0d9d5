import { describe, expect, test } from '@jest/globals';
import { seed } from '../../sandbox/sandbox.js';
import { keepBuild, keepImage } from '../worlds/sandbox/images.js';
import { atDesk } from './ami-command.js';

const CURRENT = '/ci-actions/ami/amd64';
const PREVIOUS = '/ci-actions/ami/amd64/previous';

describe('publish and rollback', () => {
  test.concurrent('change the image that start-runner launches, and change it back', () =>
    atDesk(async (desk) => {
      const { ec2 } = desk.sandbox;
      const image = keepBuild(ec2, {});
      const published = await desk.ami(`publish --preset amd64 --image ${image}`);
      expect(published).toMatchObject({
        code: 0,
        stdout: `amd64 in us-east-1: ${image} is published (before: ${seed.OUR_AMD64_IMAGE}).\n`,
      });
      expect(published.stderr).toMatch(
        new RegExp(`^${image} in us-east-1 is deprecated from \\d{4}-\\d\\d-\\d\\d on.\n$`),
      );
      expect([ec2.parameters.get(CURRENT), ec2.parameters.get(PREVIOUS)]).toEqual([image, seed.OUR_AMD64_IMAGE]);
      expect(ec2.images.get(image)?.deprecatedFrom).toBeDefined();
      expect(await desk.ami('rollback --preset amd64')).toMatchObject({
        code: 0,
        stdout: `amd64 in us-east-1: ${seed.OUR_AMD64_IMAGE} is published (before: ${image}).\n`,
      });
      expect([ec2.parameters.get(CURRENT), ec2.parameters.get(PREVIOUS)]).toEqual([seed.OUR_AMD64_IMAGE, image]);
    }),
  );

  test.concurrent('happen in the region that the command names', () =>
    atDesk(async (desk) => {
      const away = desk.sandbox.elsewhere.get('eu-west-1')!;
      const image = keepBuild(away, { preset: 'arm64' });
      away.images.set(image, { ...away.images.get(image)!, architecture: 'arm64' });
      expect(await desk.ami(`publish --preset arm64 --image ${image} --region eu-west-1`)).toMatchObject({ code: 0 });
      expect(away.parameters.get('/ci-actions/ami/arm64')).toBe(image);
      expect(desk.sandbox.ec2.parameters.get('/ci-actions/ami/arm64')).toBe(seed.OUR_ARM64_IMAGE);
    }),
  );

  test.concurrent('report that GitHub was not asked', () =>
    atDesk(async (desk) => {
      const image = keepBuild(desk.sandbox.ec2, {});
      const command = `publish --preset amd64 --image ${image}`;
      const without = await desk.ami(command, { GITHUB_TOKEN: undefined });
      expect(without).toMatchObject({
        code: 0,
        stderr: expect.stringContaining('not checked (GITHUB_TOKEN is not set)'),
      });
      const nowhere = await desk.ami(command, { GITHUB_REPOSITORY: undefined });
      expect(nowhere.stderr).toContain('GITHUB_REPOSITORY does not name');
      const wrong = await desk.ami(command, { GITHUB_TOKEN: 'ghp_wrong' });
      expect(wrong).toMatchObject({ code: 0, stderr: expect.stringMatching(/warning: .*not checked: .*401/) });
    }),
  );

  test.concurrent.each<[string, (ec2: Parameters<typeof keepBuild>[0]) => string, RegExp]>([
    [
      'GitHub refuses the runner',
      (ec2) => keepBuild(ec2, { runner: '2.334.0' }),
      /runner 2\.334\.0; GitHub has refused it.*runner-version-refused/s,
    ],
    [
      'the preset is another',
      (ec2) => keepBuild(ec2, { preset: 'cuda' }),
      /tagged ci-actions:preset=cuda.*image-unusable/s,
    ],
    ['the image is not there', () => 'ami-0ffffffffffffffff', /no image ami-0f+ in us-east-1.*image-not-found/s],
    ['the image is of another owner', () => seed.UBUNTU_AMD64_IMAGE, /has no tag ci-actions:preset.*image-unusable/s],
    [
      'the image is not finished',
      (ec2) => keepImage(ec2, { state: 'pending', tags: { 'ci-actions:preset': 'amd64' } }),
      /is pending, not available.*image-unusable/s,
    ],
  ])('are refused if %s, and nothing is changed', (_, make, reason) =>
    atDesk(async (desk) => {
      const output = await desk.ami(`publish --preset amd64 --image ${make(desk.sandbox.ec2)}`);
      expect(output).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(reason) });
      expect(desk.changes()).toEqual([]);
    }),
  );

  test.concurrent('name the missing permission', () =>
    atDesk(
      async (desk) => {
        const output = await desk.ami(`publish --preset amd64 --image ${keepBuild(desk.sandbox.ec2, {})}`);
        expect(output).toMatchObject({
          code: 1,
          stderr: expect.stringContaining('lack the permission ssm:PutParameter'),
        });
        expect(desk.sandbox.ec2.parameters.get(CURRENT)).toBe(seed.OUR_AMD64_IMAGE);
      },
      { denied: ['ssm:PutParameter'] },
    ),
  );

  test.concurrent('are refused without a former image', () =>
    atDesk(async (desk) => {
      const output = await desk.ami('rollback --preset amd64');
      expect(output).toMatchObject({
        code: 1,
        stderr: expect.stringContaining(`${PREVIOUS} in us-east-1 does not exist`),
      });
      expect(desk.changes()).toEqual([]);
    }),
  );

  test.concurrent('annotate the run in a workflow', () =>
    atDesk(async (desk) => {
      const output = await desk.ami('rollback --preset amd64', { GITHUB_ACTIONS: 'true' });
      expect(output.stderr).toMatch(
        /^::error::There is nothing to go back to.*%0AWhat to do: .*%0ACode: image-not-found%0AMore: \S*docs\/errors\.md#image-not-found$/m,
      );
    }),
  );
});

describe('copy', () => {
  test.concurrent('creates the image in another region, with its tags and name, and publishes it there', () =>
    atDesk(async (desk) => {
      const away = desk.sandbox.elsewhere.get('eu-west-1')!;
      const image = keepBuild(desk.sandbox.ec2, { ageDays: 2 });
      const output = await desk.ami(`copy --preset amd64 --image ${image} --to eu-west-1 --publish`);
      const copy = [...away.images.values()].find(({ name }) => name === desk.sandbox.ec2.images.get(image)?.name);
      expect(output).toMatchObject({
        code: 0,
        stdout: `amd64 in eu-west-1: ${copy?.id} is published (before: ${seed.OUR_AMD64_IMAGE}).\n`,
      });
      expect(copy).toMatchObject({ state: 'available', tags: desk.sandbox.ec2.images.get(image)?.tags });
      expect(away.snapshots.get(copy!.snapshotId)?.tags.get('ci-actions:preset')).toBe('amd64');
      expect(away.parameters.get(CURRENT)).toBe(copy?.id);
      // Running the command again copies nothing.
      const before = desk.changes().length;
      expect(await desk.ami(`copy --preset amd64 --image ${image} --to eu-west-1`)).toMatchObject({
        code: 0,
        stdout: `eu-west-1: ${copy?.id} can be launched.\n`,
      });
      expect(desk.changes().slice(before)).toEqual(['EnableImageDeprecation']);
    }),
  );

  test.concurrent('names the image that already has the name', () =>
    atDesk(async (desk) => {
      const image = keepBuild(desk.sandbox.ec2, {});
      const name = desk.sandbox.ec2.images.get(image)!.name;
      const other = keepImage(desk.sandbox.elsewhere.get('eu-west-1')!, { name });
      const output = await desk.ami(`copy --preset amd64 --image ${image} --to eu-west-1`);
      expect(output).toMatchObject({ code: 1, stdout: expect.stringContaining('eu-west-1: FAILED') });
      expect(output.stderr).toMatch(
        new RegExp(`error: In eu-west-1, ${other}.*has the name ${name}.*image-name-taken`, 's'),
      );
      expect(desk.changes()).toEqual([]);
    }),
  );

  test.concurrent.each([
    ['the region of the original', '--to us-east-1,eu-west-1', /`--to` names us-east-1, where the original is/],
    ['a region that the account does not have', '--to eu-wset-1', /`--to` names eu-wset-1.*Did you mean eu-west-1\?/],
    ['an original that is not published', '--to eu-west-1 --preset cuda', /No cuda image is published in us-east-1/],
  ])('is refused for %s', (_, args, reason) =>
    atDesk(async (desk) => {
      desk.sandbox.ec2.parameters.delete('/ci-actions/ami/cuda');
      const output = await desk.ami(
        `copy ${args.includes('--preset') ? '' : '--preset amd64 '}${args}`.replace('  ', ' '),
      );
      expect(output.stderr).toMatch(reason);
      expect(output.code).toBe(args.includes('cuda') ? 1 : 2);
      expect(desk.changes()).toEqual([]);
    }),
  );
});
