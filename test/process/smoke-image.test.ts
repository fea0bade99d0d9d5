import { execFile } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { BAKED } from '../../sandbox/machine/disk.js';
import { seed, startSandbox, type Sandbox, type SandboxOptions } from '../../sandbox/sandbox.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { PATH = '' } = process.env;
let folder: string;
let sandbox: Sandbox | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'smoke-image-'));
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, 'bin'));
  // Programs of an image that are not on the PATH of these tests. An instance of the sandbox uses this process's PATH.
  install('docker', DOCKER);
  install('python3', 'echo Python 3.12.3');
  install('tox', 'echo 4.67.15 from /usr/local/bin');
  process.env['PATH'] = [join(folder, 'bin'), PATH].join(delimiter);
});

afterEach(async () => {
  process.env['PATH'] = PATH;
  await sandbox?.close();
  sandbox = undefined;
  rmSync(folder, { recursive: true, force: true });
});

const DOCKER = `case $* in
  version*) [ -e "$0.up" ] || { touch "$0.up"; echo 'Cannot connect to the Docker daemon' >&2; exit 1; }; echo 29.8.0 ;;
  'compose version'*) echo 2.40.3 ;;
  compose*'--file - run'*) cat >&2; echo '172.18.0.2 server' ;;
  buildx*) echo github.com/docker/buildx v0.30.1 ;;
  *nvidia-smi*) echo 'GPU 0: Tesla T4 (UUID: GPU-1)' ;;
  run*) echo x86_64 ;;
esac`;

function install(name: string, script: string): void {
  writeFileSync(join(folder, 'bin', name), `#!/bin/bash\n${script}\n`, { mode: 0o755 });
}

async function open(options: SandboxOptions = {}): Promise<Sandbox> {
  sandbox = await startSandbox(options);
  return sandbox;
}

interface Result {
  readonly code: number;
  readonly text: string;
}

function smoke(args: readonly string[], { interruptAt }: { interruptAt?: string } = {}): Promise<Result> {
  const env = { ...process.env, ...sandbox?.environment, NODE_OPTIONS: '' };
  return new Promise((resolve) => {
    const command = ['--import', 'tsx', join(root, 'ami/cli.ts'), 'smoke', ...args];
    const child = execFile(process.execPath, command, { cwd: root, env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, text: stdout + stderr }),
    );
    if (interruptAt === undefined) return;
    child.stderr!.on('data', (text: string) => {
      if (text.includes(interruptAt)) child.kill('SIGINT');
    });
  });
}

/** Instances whose termination was not requested. */
function listAlive(): string[] {
  const ended = ['shutting-down', 'terminated'];
  return [...sandbox!.ec2.instancesById.values()].filter(({ state }) => !ended.includes(state)).map(({ id }) => id);
}

const AMD64 = ['--image', seed.OUR_AMD64_IMAGE, '--preset', 'amd64'];

describe('npm run ami -- smoke', () => {
  test.each([
    ['amd64', seed.OUR_AMD64_IMAGE, 'container: x86_64'],
    ['cuda', seed.OUR_CUDA_IMAGE, 'gpu: GPU 0: Tesla T4'],
  ])('passes an image of %s that has everything, and leaves no instance', async (preset, image, says) => {
    await open();
    const { code, text } = await smoke(['--image', image, '--preset', preset]);
    expect({ code, text }).toEqual({ code: 0, text: expect.stringContaining(`${image} passed: it can be published.`) });
    for (const part of [
      'docker: 29.8.0',
      'compose: 2.40.3',
      'project: 172.18.0.2 server',
      'tox: 4.67.15',
      `runner: ${seed.RUNNER_VERSION}`,
      says,
      'passed  boot: ',
    ]) {
      expect(text).toContain(part);
    }
    expect(listAlive()).toEqual([]);
  });

  test('opens no port, tags everything as the IAM role demands, and launches an instance that terminates at power-off', async () => {
    const { requests } = await open();
    await smoke(AMD64);
    const launch = new URLSearchParams(requests.find(({ operation }) => operation === 'RunInstances')?.body);
    expect(launch.get('InstanceInitiatedShutdownBehavior')).toBe('terminate');
    expect([...launch.keys()].filter((name) => /^(SecurityGroup|KeyName)/.test(name))).toEqual([]);
    const marks = [...launch].filter(([name, value]) => name.endsWith('.Key') && value === 'ci-actions:preset');
    expect(marks).toHaveLength(3);
    expect(requests.map(({ operation }) => operation)).not.toContain('AuthorizeSecurityGroupIngress');
    expect(requests.filter(({ service }) => service === 'github')).toEqual([]);
  });

  test('refuses an image that lacks a program, and names the program', async () => {
    await open();
    install('tox', 'echo "tox: broken" >&2; exit 1');
    const { code, text } = await smoke(AMD64);
    expect({ code, text }).toEqual({ code: 1, text: expect.stringContaining('tox: tox: broken') });
    expect(text).toContain('It is not published.');
    expect(listAlive()).toEqual([]);
  });

  test("refuses an image on which a Compose project does not come up, with Compose's words", async () => {
    await open();
    install('docker', DOCKER.replace("cat >&2; echo '172.18.0.2 server'", 'echo "server is unhealthy" >&2; exit 1'));
    const { code, text } = await smoke(AMD64);
    expect({ code, text }).toEqual({ code: 1, text: expect.stringContaining('FAILED  project: server is unhealthy') });
  });

  test('refuses an image whose runner has another version than its tag', async () => {
    cpSync(BAKED.runner, join(folder, 'runner'), { recursive: true });
    writeFileSync(join(folder, 'runner/version'), '2.330.0\n');
    await open({ baked: { runner: join(folder, 'runner') } });
    const { code, text } = await smoke(AMD64);
    expect({ code, text }).toEqual({ code: 1, text: expect.stringContaining('FAILED  runner: 2.330.0') });
  });

  test('refuses an image whose agent does not start', async () => {
    mkdirSync(join(folder, 'agent'));
    writeFileSync(join(folder, 'agent/agent.sh'), '#!/bin/bash\nexit 1\n');
    await open({ baked: { agent: join(folder, 'agent') } });
    const { code, text } = await smoke(AMD64);
    expect({ code, text }).toEqual({ code: 1, text: expect.stringContaining('boot: the agent never started') });
    expect(text).toContain('docker: no result');
  });

  test('terminates its instance if it is interrupted', async () => {
    await open();
    install('docker', 'exec sleep 60');
    const { code, text } = await smoke(AMD64, { interruptAt: 'starts from' });
    expect({ code, text }).toEqual({ code: 1, text: expect.stringContaining('Interrupted by SIGINT') });
    expect(listAlive()).toEqual([]);
  });

  test('launches nothing for an image that does not exist or is of another preset', async () => {
    const { requests } = await open();
    const absent = await smoke(['--image', 'ami-0123456789abcdef0', '--preset', 'amd64']);
    expect(absent).toEqual({ code: 1, text: expect.stringContaining('There is no image ami-0123456789abcdef0') });
    const other = await smoke(['--image', seed.OUR_AMD64_IMAGE, '--preset', 'arm64']);
    expect(other).toEqual({ code: 1, text: expect.stringContaining('is tagged ci-actions:preset=amd64') });
    expect(requests.map(({ operation }) => operation)).not.toContain('RunInstances');
  });

  test("tries the preset's next type if EC2 has no capacity for the first", async () => {
    const { ec2 } = await open();
    ec2.capacity['t3.xlarge'] = 0;
    const { code, text } = await smoke(AMD64);
    expect({ code, text }).toEqual({ code: 0, text: expect.stringContaining('(t3a.xlarge) starts from') });
  });

  test('names a missing permission, and tries no other type', async () => {
    const { requests } = await open({ denied: ['RunInstances'] });
    const { code, text } = await smoke(AMD64);
    expect({ code, text }).toEqual({
      code: 1,
      text: expect.stringContaining('The AWS credentials lack the permission ec2:RunInstances.'),
    });
    expect(requests.filter(({ operation }) => operation === 'RunInstances')).toHaveLength(1);
  });

  test.each([
    [['--preset', 'amd64'], '`--image` is missing'],
    [['--image', 'ami-1', '--preset', 'amd46'], '(nearest: `amd64`)'],
    [['--image', 'ami-1', '--preset', 'amd64', '--port', '22'], '`--port` is not an option'],
  ])('refuses %j with an explanation', async (args, says) => {
    expect(await smoke(args)).toEqual({ code: 2, text: expect.stringContaining(says) });
  });
});
