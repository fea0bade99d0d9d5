import { describe, expect, test } from '@jest/globals';
import { seed } from '../../sandbox/sandbox.js';
import { keepBuild, keepTemplate } from '../worlds/sandbox/images.js';
import { atDesk } from './ami-command.js';

describe('list', () => {
  test.concurrent('prints a table for people', () =>
    atDesk(async (desk) => {
      const { ec2 } = desk.sandbox;
      const [ending, refused, ancient] = ['2.335.0', '2.334.0', '2.300.0'].map((runner, at) =>
        keepBuild(ec2, { runner, ageDays: 10 * (at + 1) }),
      );
      keepTemplate(ec2, 'web', [ending!]);
      const { code, stdout, stderr } = await desk.ami('list --preset amd64');
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toBe(
        [
          'PRESET  REGION     IMAGE                  AGE      RUNNER   REFUSED IN   IN USE BY',
          `amd64   us-east-1  ${seed.OUR_AMD64_IMAGE}  3 days   2.336.0  no date yet  SSM parameter /ci-actions/ami/amd64`,
          `amd64   us-east-1  ${ending}  10 days  2.335.0  4 days       launch template web (version 1)`,
          `amd64   us-east-1  ${refused}  20 days  2.334.0  REFUSED      -`,
          `amd64   us-east-1  ${ancient}  30 days  2.300.0  REFUSED      -`,
          '',
        ].join('\n'),
      );
    }),
  );

  test.concurrent('prints JSON for programs, with nothing else on stdout', () =>
    atDesk(async (desk) => {
      const { code, stdout } = await desk.ami('list --json --regions us-east-1,eu-west-1', { GITHUB_TOKEN: undefined });
      expect(code).toBe(0);
      const listed = JSON.parse(stdout) as Record<string, unknown>[];
      expect(listed).toHaveLength(6);
      expect(listed[0]).toEqual({
        preset: 'amd64',
        region: 'us-east-1',
        id: seed.OUR_AMD64_IMAGE,
        name: expect.stringMatching(/^ci-actions-amd64-/),
        state: 'available',
        builtAt: expect.stringMatching(/Z$/),
        ageDays: 3,
        runnerVersion: '2.336.0',
        refusedFrom: null,
        daysUntilRefused: null,
        refusalKnown: false,
        deprecatedFrom: null,
        published: true,
        previous: false,
        usedBy: ['SSM parameter /ci-actions/ami/amd64'],
      });
    }),
  );

  test.concurrent('shows a question mark for an answer that it may not read, and fails', () =>
    atDesk(
      async (desk) => {
        const { code, stdout, stderr } = await desk.ami('list --preset cuda', { GITHUB_TOKEN: undefined });
        expect(code).toBe(1);
        expect(stdout).toMatch(/cuda +us-east-1 +ami-0c1a64a64a64a6403 +3 days +2\.336\.0 +\? +\?\n$/);
        expect(stderr).toContain('GitHub is not asked when it refuses which runner: GITHUB_TOKEN is not set.');
        expect(stderr).toContain('lack the permission ec2:DescribeLaunchTemplates');
      },
      { denied: ['ec2:DescribeLaunchTemplates'] },
    ),
  );

  test.concurrent('reports a preset without an image', () =>
    atDesk(async (desk) => {
      desk.sandbox.ec2.images.delete(seed.OUR_CUDA_IMAGE);
      expect((await desk.ami('list')).stderr).toBe('There is no cuda image in us-east-1.\n');
    }),
  );

  test.concurrent('removes control characters of a tag, which a terminal would execute', () =>
    atDesk(async (desk) => {
      desk.sandbox.ec2.images
        .get(seed.OUR_AMD64_IMAGE)
        ?.tags.set('ci-actions:runner-version', '2.336.0\u009b2J\n::error::x');
      const { stdout } = await desk.ami('list --preset amd64', { GITHUB_TOKEN: undefined });
      expect(stdout).toContain('2.336.0 2J ::error::x');
      expect(stdout.split('\n')).toHaveLength(3);
    }),
  );
});

describe('A command that cannot run', () => {
  test.concurrent.each([
    ['', 2, /npm run ami -- COMMAND/, /^$/],
    ['--help', 0, /publish --preset PRESET --image AMI/, /^$/],
    ['prune --help', 0, /--dry-run +Print what would be removed/, /^$/],
    [
      'pubish',
      2,
      /^$/,
      /`pubish` is not a command; allowed: `refresh`, `build`, `smoke`, `publish`, `rollback`, `copy`, `list`, `prune`, `volumes` \(nearest: `publish`\)/,
    ],
    [
      'publish --image ami-1',
      2,
      /^$/,
      /`--preset` is missing.*`--image` is "ami-1"; allowed: an image's id.*error: 2 arguments cannot be used.*publish --help/s,
    ],
    [
      'list --regions eu-west-11',
      2,
      /^$/,
      /`--regions` names eu-west-11, which.*Did you mean eu-west-1\?.*It has: ap-so/s,
    ],
  ])('prints what is wrong, or its help: %s', (args, code, stdout, stderr) =>
    atDesk(async (desk) => {
      const output = await desk.ami(args);
      expect(output.code).toBe(code);
      expect(output.stdout).toMatch(stdout);
      expect(output.stderr).toMatch(stderr);
      expect(desk.changes()).toEqual([]);
    }),
  );

  test.concurrent('reports missing credentials as the actions do', () =>
    atDesk(async (desk) => {
      const noCredentials = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };
      const { code, stderr } = await desk.ami('list', noCredentials);
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /error: There are no usable AWS credentials.*configure-aws-credentials.*aws-no-credentials/s,
      );
      expect(stderr).toContain('In a shell: `aws sso login`');
      expect(desk.sandbox.requests).toEqual([]);
    }),
  );

  test.concurrent('reports a missing region, unless the command names one', () =>
    atDesk(async (desk) => {
      const nowhere = { AWS_REGION: undefined, AWS_DEFAULT_REGION: undefined };
      expect(await desk.ami('list', nowhere)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('aws-no-region'),
      });
      expect(await desk.ami('list --regions eu-west-1', nowhere)).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('eu-west-1'),
      });
    }),
  );
});
