import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { GetConsoleOutputCommand, TerminateInstancesCommand, type RunInstancesCommandInput } from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { seed, type SandboxOptions } from '../../sandbox/sandbox.js';
import { becomes, eventually, launch, startAws, type AwsSandbox } from '../worlds/sandbox/aws.js';

let directory: string;
let aws: AwsSandbox | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sandbox-machine-'));
});

afterEach(async () => {
  await aws?.close();
  aws = undefined;
  rmSync(directory, { recursive: true, force: true });
});

interface Booted {
  readonly id: string;
  readonly disk: string;
  readonly aws: AwsSandbox;
}

/** Boots a stock image with this script as user data, on a disk that stays after the sandbox is closed. */
async function boot(
  script: string | Buffer,
  changes: Partial<RunInstancesCommandInput> & { options?: SandboxOptions } = {},
): Promise<Booted> {
  const { options, ...input } = changes;
  const timeline = { pendingMs: 5, bootMs: 5, shuttingDownMs: 5, ...options?.timeline };
  aws = await startAws({ machines: true, directory, ...options, timeline });
  const { id } = await launch(aws.ec2, {
    ImageId: seed.UBUNTU_AMD64_IMAGE,
    UserData: Buffer.from(script).toString('base64'),
    ...input,
  });
  return { id, disk: join(directory, id), aws };
}

async function shutDown({ ec2 }: AwsSandbox, id: string): Promise<void> {
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
}

const LIVES = '#!/bin/bash\necho "$$ lives"\nexec sleep 600\n';

/** False for a zombie, whose parent may be an init that never collects it. */
function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** The machine's console, once it contains this part. */
async function readConsole({ aws, id }: Booted, part: string | RegExp): Promise<string> {
  const read = () => (aws.sandbox.ec2.instance(id).machine ? aws.sandbox.ec2.readConsole(id) : '');
  await eventually(() => read().search(part) >= 0);
  return read();
}

describe('a stock image', () => {
  test.each([
    ['plain', (script: string) => Buffer.from(script)],
    ['gzipped', (script: string) => gzipSync(script)],
  ])('runs %s user data and shows its output in GetConsoleOutput', async (_, encode) => {
    const machine = await boot(encode('#!/bin/bash\necho "$PWD $CI_ACTIONS_ROOT $HOME"\n'));
    await readConsole(machine, machine.disk);
    const read = async (Latest: boolean) => {
      const { Output = '' } = await machine.aws.ec2.send(
        new GetConsoleOutputCommand({ InstanceId: machine.id, Latest }),
      );
      return Buffer.from(Output, 'base64').toString();
    };
    expect(await read(true)).toContain(`\n${machine.disk} ${machine.disk} ${machine.disk}/root\n`);
    expect(await read(false)).toBe('');
    expect(machine.aws.sandbox.ec2.instance(machine.id).state).toBe('running');
  });

  test('stays on after user data that is not a script', async () => {
    const machine = await boot('#cloud-config\npackages: []\n');
    await readConsole(machine, 'user data is not a script');
    expect(machine.aws.sandbox.ec2.instance(machine.id).state).toBe('running');
  });

  test("has no access to the credentials of the sandbox's process", async () => {
    process.env['AWS_SECRET_ACCESS_KEY'] = process.env['GITHUB_TOKEN'] = process.env['INPUT_SECRET'] = 'of the test';
    const machine = await boot('#!/bin/bash\nenv | sort\necho end of environment\n');
    const text = await readConsole(machine, 'end of environment');
    expect(text).toContain('CI_ACTIONS_ROOT=');
    expect(text).not.toMatch(/of the test|INPUT_|GITHUB_|AWS_(?!EC2_METADATA_SERVICE_ENDPOINT)/);
  });

  test.each(['$CI_ACTIONS_POWER_OFF', 'shutdown -h now', 'poweroff', 'systemctl --no-block poweroff -i'])(
    'is powered off by %s, and terminates if launched to do so',
    async (command) => {
      const machine = await boot(`#!/bin/bash\n${command}\nexec sleep 600\n`, {
        InstanceInitiatedShutdownBehavior: 'terminate',
      });
      await becomes(machine.aws, machine.id, 'terminated');
      const instance = machine.aws.sandbox.ec2.instance(machine.id);
      expect(instance.stateReason?.code).toBe('Client.InstanceInitiatedShutdown');
      expect(machine.aws.sandbox.events.map(({ name }) => name)).toContain('power-off');
    },
  );

  test('is stopped by its own power-off unless it was launched to terminate', async () => {
    const machine = await boot('#!/bin/bash\nshutdown -h now\n');
    await becomes(machine.aws, machine.id, 'stopped');
  });
});

describe('an image of this suite', () => {
  const ours = { ImageId: seed.OUR_AMD64_IMAGE, InstanceInitiatedShutdownBehavior: 'terminate' } as const;

  function bake(agent: string): SandboxOptions {
    const folder = mkdtempSync(join(directory, 'agent-'));
    writeFileSync(join(folder, 'agent.sh'), agent);
    return { baked: { agent: folder } };
  }

  test('runs its agent, has the runner, and terminates when the agent ends', async () => {
    const agent =
      '#!/bin/bash\necho "$0 $*" >>"$CI_ACTIONS_CONSOLE"\nls "$CI_ACTIONS_ROOT/opt/actions-runner" >>"$CI_ACTIONS_CONSOLE"\n';
    const machine = await boot('ignored', { ...ours, options: bake(agent) });
    const text = await readConsole(machine, 'run.sh');
    expect(text).toContain(`${machine.disk}/opt/ci-actions/agent.sh run\n`);
    await becomes(machine.aws, machine.id, 'terminated');
    expect(machine.aws.sandbox.ec2.instance(machine.id).stateReason?.code).toBe('Client.InstanceInitiatedShutdown');
  });

  test('leaves no process of its agent behind, whatever its process group', async () => {
    const agent = '#!/bin/bash\nset -m\nenv -i sleep 600 &\necho "child $!" >>"$CI_ACTIONS_CONSOLE"\nsleep 0.2\n';
    const machine = await boot('ignored', { ...ours, options: bake(agent) });
    const child = Number(/child (\d+)/.exec(await readConsole(machine, 'child'))?.[1]);
    await becomes(machine.aws, machine.id, 'terminated');
    expect(isAlive(child)).toBe(false);
  });
});

describe('ending a machine', () => {
  const listens = '#!/bin/bash\ntrap "echo told; exit" TERM\necho ready\nwhile :; do sleep 0.01; done\n';

  test.each([
    ['signals its program in a shutdown', true, ({ aws, id }: Booted) => shutDown(aws, id)],
    [
      'does not signal its program when the host fails',
      false,
      async ({ aws, id }: Booted) => aws.sandbox.ec2.killInstance(id),
    ],
  ])('%s', async (_, signals, end) => {
    const machine = await boot(listens);
    await readConsole(machine, 'ready');
    await end(machine);
    await becomes(machine.aws, machine.id, 'terminated');
    expect(machine.aws.sandbox.ec2.readConsole(machine.id).includes('told')).toBe(signals);
  });

  test('kills a program that ignores SIGTERM', async () => {
    const machine = await boot('#!/bin/bash\ntrap "" TERM\necho "$$ lives"\nwhile :; do sleep 0.1; done\n', {
      InstanceInitiatedShutdownBehavior: 'terminate',
      options: { timeline: { graceMs: 100 } },
    });
    const pid = Number(/(\d+) lives/.exec(await readConsole(machine, 'lives'))?.[1]);
    writeFileSync(join(machine.disk, 'power/off'), '');
    await becomes(machine.aws, machine.id, 'terminated');
    expect(isAlive(pid)).toBe(false);
  });
});

test('closing the sandbox leaves no process and no disk behind', async () => {
  const machine = await boot(LIVES, { options: { directory: undefined as never } });
  const text = await readConsole(machine, 'lives');
  const pid = Number(/(\d+) lives/.exec(text)?.[1]);
  const [, root = ''] = /CI_ACTIONS_ROOT=([^\0]+)/.exec(readFileSync(`/proc/${pid}/environ`, 'utf8')) ?? [];
  await machine.aws.close();
  expect(isAlive(pid)).toBe(false);
  expect(() => readFileSync(join(root, 'console.log'))).toThrow(/ENOENT/);
});
