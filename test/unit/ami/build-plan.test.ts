import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { buildCommandLine, toBuildOptions, type BuildOptions } from '../../../ami/make/options.js';
import { composeImageName, planBuild, type BuildPlan } from '../../../ami/make/plan.js';
import { readCommandLine } from '../../../src/terminal/command-line.js';
import { UsageError } from '../../../src/terminal/usage-error.js';
import type { BuiltInPreset } from '../../../src/core/kernel/built-in-presets.js';
import { ubuntuParameter } from '../../../src/core/machine/image.js';
import type { Image } from '../../../src/core/ports/catalog.js';

const NOW = new Date('2026-11-25T01:02:03.456Z');
const SSH = ['--connect', 'ssh', '--ssh-from', '203.0.113.7/32'];
const AMI = 'ami-0123456789abcdef0';
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'build-plan-'));
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', root, '-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], {
      stdio: 'pipe',
    });
  mkdirSync(join(root, 'ami'));
  writeVersions({ version: '2.337.0', sha256: { x64: 'a'.repeat(64), arm64: '' } });
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '--message', 'a');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function writeVersions(runner: object): void {
  writeFileSync(join(root, 'ami/versions.json'), JSON.stringify({ runner }));
}

function given(...argv: string[]): BuildOptions {
  const input = readCommandLine(buildCommandLine, argv);
  if (input === 'help') throw new Error('This asks for help.');
  return toBuildOptions(input);
}

const image = (id: string, name: string): Image => ({
  id,
  name,
  state: 'available',
  architecture: 'x86_64',
  rootDeviceName: '/dev/sda1',
  rootVolumeGiB: 8,
  tags: {},
});

/** A region with Ubuntu's images, these images of the account, and these instance types. */
function region(own: readonly Image[] = [], types: readonly string[] = ['t3.xlarge', 't4g.xlarge', 'g4dn.xlarge']) {
  const parameters = new Map([
    [ubuntuParameter('amd64'), 'ami-1a'],
    [ubuntuParameter('arm64'), 'ami-2a'],
  ]);
  return {
    region: 'eu-west-1',
    readParameters: async (names: readonly string[]) =>
      new Map([...parameters].filter(([name]) => names.includes(name))),
    describeImage: async (id: string) => (id === 'ami-1a' ? image(id, 'ubuntu') : undefined),
    findNewestImage: async (name: string) => own.find((one) => one.name === name),
    describeTypes: async (names: readonly string[]) =>
      names
        .filter((name) => types.includes(name))
        .map((name) => ({ name, architectures: [], vcpus: 4, memoryMiB: 1, gpus: 0, markets: [] })),
  };
}

function plan(preset: BuiltInPreset, options: BuildOptions, where = region()): Promise<BuildPlan> {
  return planBuild({ preset, options, now: NOW, root, environment: { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' } }, where);
}

describe('The plan of a build', () => {
  test('reaches the instance by Session Manager by default; with SSH, it names the addresses that may reach the port', async () => {
    expect(await plan('amd64', given('amd64'))).toMatchObject({
      ssh_interface: 'session_manager',
      ssh_from: [],
      instance_profile: 'ci-actions-ami-build',
    });
    expect(await plan('amd64', given('amd64', ...SSH, '--ssh-host', 'relay:2222'))).toMatchObject({
      ssh_interface: 'public_ip',
      ssh_from: ['203.0.113.7/32'],
      ssh_host: 'relay',
      ssh_port: 2222,
      instance_profile: '',
    });
  });

  test("has the preset's instance type and disk, Ubuntu's image and the pinned runner", async () => {
    expect(await plan('cuda', given('cuda'))).toMatchObject({
      name: 'ci-actions-cuda-20261125-010203',
      region: 'eu-west-1',
      source_image: 'ami-1a',
      instance_type: 'g4dn.xlarge',
      volume_gib: 100,
      runner_version: '2.337.0',
      built_at: '2026-11-25T01:02:03Z',
      commit: expect.stringMatching(/^[0-9a-f]{40}$/),
      ec2_endpoint: 'http://127.0.0.1:1',
    });
  });

  test('marks the commit if ami/ has uncommitted changes', async () => {
    writeFileSync(join(root, 'ami/other'), '');
    expect(await plan('amd64', given('amd64'))).toMatchObject({
      commit: expect.stringMatching(/^[0-9a-f]{40}-changed$/),
    });
  });

  test('is refused if another image has the name', async () => {
    const own = [image('ami-3', composeImageName('amd64', NOW))];
    await expect(plan('amd64', given('amd64'), region(own))).rejects.toMatchObject({
      code: 'image-name-taken',
      message: 'Image ami-3 in eu-west-1 has the name ci-actions-amd64-20261125-010203 already.',
    });
  });

  test('is refused if the base image is not in the region', async () => {
    writeVersions({ version: '2.337.0', sha256: { arm64: 'a'.repeat(64) } });
    await expect(plan('arm64', given('arm64'))).rejects.toMatchObject({
      code: 'image-not-found',
      message: `The base image of arm64 is not in eu-west-1: ${ubuntuParameter('arm64')} names ami-2a, which EC2 does not show there.`,
    });
  });

  test('is refused if the region does not have the type', async () => {
    await expect(plan('amd64', given('amd64', '--instance-type', 'x9.huge'))).rejects.toMatchObject({
      code: 'bad-input',
      message: 'EC2 has no x9.huge in eu-west-1.',
    });
  });

  test('is refused without a checksum of the runner, unless one is given as an option', async () => {
    writeVersions({ version: '2.337.0', sha256: { x64: '', arm64: '' } });
    await expect(plan('amd64', given('amd64'))).rejects.toMatchObject({
      code: 'bad-input',
      hint: 'Nothing was built. Run `npm run ami -- refresh`.',
    });
    const options = given('amd64', '--provision', 'CI_ACTIONS_RUNNER_SHA256=abc');
    await expect(plan('amd64', options)).resolves.toMatchObject({ environment: ['CI_ACTIONS_RUNNER_SHA256=abc'] });
  });
});

describe('The options of a build', () => {
  test('are sorted: presets and steps are in their own order', () => {
    expect(given('cuda', 'amd64', '--step', 'build', '--step', 'check')).toMatchObject({
      presets: ['amd64', 'cuda'],
      steps: ['check', 'build'],
    });
    expect(given('all').presets).toEqual(['amd64', 'arm64', 'cuda']);
  });

  test.each([
    ['no preset', [], '`PRESET` is missing; allowed: `amd64`, `arm64`, `cuda`, `all`.'],
    [
      'an unknown preset',
      ['amd46'],
      '`PRESET` is "amd46"; allowed: `amd64`, `arm64`, `cuda`, `all` (nearest: `amd64`).',
    ],
    ['an unknown step', ['amd64', '--step', 'bild'], '(nearest: `build`)'],
    ['an unknown option', ['amd64', '--prest', 'x'], '`--prest` is not an option'],
    ['an unknown way', ['amd64', '--connect', 'telnet'], '`--connect` is "telnet"; allowed: `session-manager`, `ssh`.'],
    ['SSH from everywhere', ['amd64', '--connect', 'ssh'], '`--connect ssh` needs `--ssh-from`'],
    ['an image for a build', ['amd64', '--image', AMI], '`--image` is for `--step smoke`'],
    ['a smoke test without an image', ['amd64', '--step', 'smoke'], '`--step smoke` without a build needs `--image`'],
    ['no image', ['amd64', '--step', 'smoke', '--image', 'ami'], '`--image` is "ami"; allowed: an image\'s id'],
    ['one image for three', ['all', '--step', 'publish', '--image', AMI], '`--image` is of one preset'],
    ['a broken host', ['amd64', ...SSH, '--ssh-host', 'a:b:c'], '`--ssh-host` is "a:b:c"'],
    ['a value that a shell would run', ['amd64', '--provision', "A='; reboot"], '`--provision` is "A=\'; reboot"'],
  ])('are refused with an explanation: %s', (_, argv, says) => {
    const problems = problemsOf(argv);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(says);
  });

  test('are refused with every problem at once', () => {
    expect(problemsOf(['all', '--connect', 'ssh', '--image', AMI])).toHaveLength(3);
  });
});

function problemsOf(argv: readonly string[]): readonly string[] {
  try {
    given(...argv);
  } catch (error) {
    if (error instanceof UsageError) return error.problems;
    throw error;
  }
  return [];
}
