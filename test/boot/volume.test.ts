import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { startSandbox, type Job, type Sandbox } from '../../sandbox/sandbox.js';
import { readBootPhases } from '../../src/core/kernel/boot-phases.js';
import { renderUserData } from '../../src/core/machine/payload.js';
import { rolesFormat } from '../../src/core/machine/roles-format.js';
import { createBoot, type BootedMachine } from './booted-machine.js';
import { BootedTree } from './booted-tree.js';
import { IMAGE } from './job.js';
import { CLOUD_ADDRESS } from './network.js';
import { runInstance } from './paths.js';
import { findTree } from './stage.js';

/** Real systemd, dockerd and ext4: `/var/lib/docker` on a volume, from machine to machine. */
jest.setTimeout(900_000);

const VOLUME = 'vol-0a1b2c3d4e5f60718';
let tree: string;
let folder: string;
let sandbox: Sandbox | undefined;
beforeAll(() => void (tree = findTree('amd64')));
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ci-actions-boot-volume-'));
  execFileSync('truncate', ['--size=1G', join(folder, 'volume.img')]);
});
afterEach(async () => {
  await sandbox?.close();
  sandbox = undefined;
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});

interface Session {
  readonly job: Job;
  readonly console: () => string;
  /** What the phases of this name say. */
  readonly detail: (phase: string) => string | undefined;
  readonly terminate: () => Promise<unknown>;
  /** Resolves when the machine is off. */
  readonly end: () => Promise<void>;
}

let sessions = 0;

/** Boots a machine with the volume in this file, and queues a job for it. */
async function boot(file: string, steps: readonly string[]): Promise<Session> {
  const name = `volume-${++sessions}`;
  const device = execFileSync('losetup', ['--find', '--show', join(folder, file)], { encoding: 'utf8' }).trim();
  const disks = join(folder, name);
  mkdirSync(disks);
  const machines = createBoot<BootedMachine>(BootedTree, { tree, directory: disks, volumes: { [VOLUME]: device } });
  const timeline = { pendingMs: 5, bootMs: 5, shuttingDownMs: 5 };
  sandbox = await startSandbox({ address: CLOUD_ADDRESS, machines, timeline, directory: disks });
  const { github, ec2 } = sandbox;
  const runner = { name, label: name, jitConfig: await register(sandbox, name) };
  await runInstance(sandbox, renderUserData({ ...machine, runners: [runner] }, undefined, rolesFormat));
  const [instance] = ec2.instances();
  const console = () => machines.machines.get(instance!.id)?.readConsole() ?? '';
  return {
    job: github.queueJob({ labels: [name], name, steps }),
    console,
    detail: (phase) => readBootPhases(console()).find((one) => one.name === phase)?.detail,
    terminate: () => machines.machines.get(instance!.id)!.stop('shut down'),
    async end() {
      await until(() => readBootPhases(console()).some((one) => one.name === 'power-off'), console);
      await until(() => instance!.state === 'terminated' || isOver(device), console);
      await sandbox!.close();
      sandbox = undefined;
      execFileSync('losetup', ['--detach', device]);
    },
  };
}

const machine = {
  runnerHome: '/opt/actions-runner',
  runAsUser: 'root',
  startupTimeoutSeconds: 300,
  idleTimeoutSeconds: 300,
  maxLifetimeSeconds: 600,
  dataVolume: { volume: VOLUME, mount: '/var/lib/docker', label: 'ci-0123456789abc' },
};

async function register({ githubUrl, token, github }: Sandbox, name: string): Promise<string> {
  const answer = await fetch(`${githubUrl}/repos/${github.repository}/actions/runners/generate-jitconfig`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name, runner_group_id: 1, labels: [name] }),
  });
  return ((await answer.json()) as { encoded_jit_config: string }).encoded_jit_config;
}

async function until(isSo: () => boolean, console: () => string): Promise<void> {
  const end = Date.now() + 300_000;
  while (!isSo()) {
    if (Date.now() > end) throw new Error(console());
    await sleep(50);
  }
}

/** Whether nothing on this machine has the device mounted. */
function isOver(device: string): boolean {
  return !execFileSync('dumpe2fs', ['-h', device], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).includes(
    'needs_recovery',
  );
}

const WHERE = 'findmnt --noheadings --output FSTYPE,OPTIONS /var/lib/docker';

test('a second machine finds the images of the first, and of one whose power was lost', async () => {
  const first = await boot('volume.img', [WHERE, IMAGE, 'docker images']);
  await first.end();
  expect(first.job.conclusion === 'success' ? '' : `${first.job.log}\n${first.console()}`).toBe('');
  expect(first.job.log).toMatch(/ext4 .*noinit_itable/);
  expect(first.detail('volume')).toMatch(/^\/dev\/\S+ \/var\/lib\/docker: blank, formatted$/);
  expect(first.detail('volume-closed')).toBe('/var/lib/docker unmounted');
  expect(first.detail('power-off')).toBe('runner exited');

  const more = ['docker run --rm box /bin/sh -c "echo still here"', 'docker tag box second; sync; sleep 600'];
  const second = await boot('volume.img', more);
  await until(() => second.job.log.includes('still here'), second.console);
  await sleep(2000);
  // What a volume holds after a loss of power: everything that was written, and an open journal.
  cpSync(join(folder, 'volume.img'), join(folder, 'lost.img'));
  await second.terminate();
  await second.end();
  expect(second.detail('volume')).toMatch(/: clean$/);
  expect(second.detail('volume-closed')).toBe('/var/lib/docker unmounted');
  expect(second.detail('power-off')).toBe('stopped by a signal');

  const third = await boot('lost.img', [
    'docker images --format "{{.Repository}}"',
    'docker run --rm second /bin/sh -c "echo once more"',
  ]);
  await third.end();
  expect(third.detail('volume')).toMatch(/: recovered after a dirty unmount$/);
  expect(third.job.conclusion === 'success' ? '' : `${third.job.log}\n${third.console()}`).toBe('');
  expect(third.job.log).toContain('once more');
});
