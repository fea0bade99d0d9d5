import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.js';
import { renderUserData } from '../../src/core/machine/payload.js';
import { createBoot, type BootedMachine } from './booted-machine.js';
import { BootedTree } from './booted-tree.js';
import { CLOUD_ADDRESS } from './network.js';
import { runInstance } from './paths.js';
import { findTree } from './stage.js';

jest.setTimeout(600_000);

let tree: string;
let directory: string;
let sandbox: Sandbox;
let machines: ReadonlyMap<string, BootedMachine>;
beforeAll(() => void (tree = findTree('amd64')));
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'ci-actions-boot-'));
  const disks = join(directory, 'disks');
  mkdirSync(disks);
  const boot = createBoot<BootedMachine>(BootedTree, { tree, directory: disks, prepare: shortenGrace });
  ({ machines } = boot);
  const timeline = { pendingMs: 5, bootMs: 5, shuttingDownMs: 5 };
  sandbox = await startSandbox({ address: CLOUD_ADDRESS, machines: boot, timeline, directory: disks });
});
afterEach(async () => {
  await sandbox.close();
  rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
});

function shortenGrace(root: string): void {
  const folder = join(root, 'etc/systemd/system/ci-actions-agent.service.d');
  mkdirSync(folder);
  writeFileSync(join(folder, 'grace.conf'), '[Service]\nEnvironment=CI_ACTIONS_GRACE=1\n');
}

/** Boots a machine with this pre-runner script. @returns how long it was on, in s, and its console */
async function boot(preRunnerScript: string, lifetimeSeconds: number): Promise<{ seconds: number; console: string }> {
  const launchedAt = Date.now();
  const about = {
    runners: [{ name: 'r', label: 'l', jitConfig: 'bm9uZQ==' }],
    runnerHome: '/opt/actions-runner',
    runAsUser: 'root',
  };
  const times = {
    startupTimeoutSeconds: lifetimeSeconds,
    idleTimeoutSeconds: lifetimeSeconds,
    maxLifetimeSeconds: lifetimeSeconds,
  };
  await runInstance(sandbox, renderUserData({ ...about, ...times, preRunnerScript }));
  const [instance] = sandbox.ec2.instances();
  const readConsole = () => machines.get(instance!.id)?.readConsole() ?? '';
  await until(() => readConsole().includes('pre-runner-script: begun'));
  await until(() => instance!.state === 'terminated');
  return { seconds: (Date.now() - launchedAt) / 1000, console: readConsole() };
}

async function until(isSo: () => boolean): Promise<void> {
  const end = Date.now() + 180_000;
  while (!isSo()) {
    if (Date.now() > end) throw new Error([...machines.values()].map((one) => one.readConsole()).join('\n'));
    await sleep(50);
  }
}

/** The agent copies the script's lines to the console a tenth of a second late, so the script waits before it kills. */
const PRINTED = 'sleep 1';
/** The agent is the script's parent. Its other children belong to the agent. */
const KILL = 'for pid in $(cat /proc/$PPID/task/$PPID/children); do [ "$pid" = $$ ] || kill -KILL "$pid"; done';

describe('with systemd, a script as root cannot keep the machine on', () => {
  test('by killing the agent and its watchdog: the unit ends and powers the machine off', async () => {
    const { seconds } = await boot(`echo begun\n${PRINTED}\n${KILL}\nkill -KILL $PPID\nsleep 600\n`, 600);
    expect(seconds).toBeLessThan(300);
  });

  test('by stopping the agent and killing its watchdog: a timer powers it off after the lifetime', async () => {
    const { seconds, console } = await boot(
      `echo begun\nsystemctl list-timers --all --no-legend\n${PRINTED}\nkill -STOP $PPID\n${KILL}\nsleep 600\n`,
      20,
    );
    expect(console).toContain('ci-actions-agent-lifetime.timer');
    // systemd continues a stopped process before it kills it, and logs that.
    expect(console).not.toMatch(/phase=power-off .*(died|stuck|is over)/);
    expect(seconds).toBeGreaterThan(20);
  });
});
