import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, open, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, test } from '@jest/globals';
import { renderUserData, type BootScripts, type Payload, type PayloadRunner } from '../../src/core/machine/payload.js';
import { rolesFormat } from '../../src/core/machine/roles-format.js';
import { PATIENCE_MS } from '../worlds/patience.js';

export const bootFolder = fileURLToPath(new URL('../../ami/boot/', import.meta.url));

export interface MachineOptions {
  readonly payload?: Partial<Payload>;
  /** Instead of the payload: raw bytes, or `null` for a machine without user data. */
  readonly userData?: Uint8Array | string | null;
  /** Text of `run.sh` in the runner's home; `null` for an image without a runner. */
  readonly runner?: string | null;
  /** A folder that exists: in the place of a file to write, or systemd's, which shows that systemd runs. */
  readonly inTheWay?: string;
  /** Programs on the machine's disk: text by path. */
  readonly programs?: Readonly<Record<string, string>>;
  /** Folders in which nothing can be written, as on a full disk. */
  readonly full?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** What the metadata service has below `meta-data/`, by path. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** The runner application at the payload's URL. */
  readonly download?: { readonly file: string; readonly bytes: Uint8Array; readonly sha256: string };
  /** `user-data`: run the user data as cloud-init does, instead of the agent. */
  readonly boot?: 'agent' | 'user-data';
}

export const defaultRunner: PayloadRunner = {
  name: 'ci-7-1-build-c0ffee',
  label: 'ci-7-1-build',
  jitConfig: Buffer.from('{".runner":"a secret that nobody else may see"}').toString('base64'),
};

export const defaults: Payload = {
  runners: [defaultRunner],
  runnerHome: '/opt/actions-runner',
  runAsUser: 'root',
  startupTimeoutSeconds: 60,
  idleTimeoutSeconds: 60,
  maxLifetimeSeconds: 60,
};

/** A machine: a folder as its root, a metadata service, and the real boot agent. */
export class Machine {
  readonly ended: Promise<void>;
  readonly pid: number;

  private constructor(
    readonly root: string,
    private readonly metadata: Metadata,
    command: readonly string[],
    environment: NodeJS.ProcessEnv,
    errors: number,
  ) {
    const child = spawn(command[0] ?? 'false', command.slice(1), {
      env: environment,
      stdio: ['ignore', 'ignore', errors],
      detached: true,
    });
    this.pid = child.pid ?? 0;
    this.ended = new Promise((resolve) => child.once('exit', () => resolve()));
  }

  static async boot(options: MachineOptions = {}): Promise<Machine> {
    const root = await mkdtemp(join(tmpdir(), 'boot-agent-'));
    await chmod(root, 0o755);
    const metadata = await startMetadata(root, options);
    if (options.runner !== null) await install(join(root, 'opt/actions-runner/run.sh'), options.runner ?? oneJob);
    for (const [path, text] of Object.entries(options.programs ?? {})) await install(join(root, path), text);
    if (options.inTheWay) await mkdir(join(root, options.inTheWay), { recursive: true });
    for (const path of options.full ?? []) await fillUp(join(root, path));
    const errors = await open(join(root, 'stderr'), 'a');
    const machine = new Machine(
      root,
      metadata,
      command(root, options),
      environment(root, metadata.origin, options),
      errors.fd,
    );
    await errors.close();
    return machine;
  }

  /** Starts the agent again on the same machine. */
  async bootAgain(options: MachineOptions = {}): Promise<Machine> {
    const metadata = await startMetadata(this.root, options);
    const errors = await open(join(this.root, 'stderr'), 'a');
    const run = command(this.root, options);
    const machine = new Machine(this.root, metadata, run, environment(this.root, metadata.origin, options), errors.fd);
    await errors.close();
    return machine;
  }

  /** A file of the machine, '' if it does not exist. */
  async read(path: string): Promise<string> {
    return readFile(join(this.root, path), 'utf8').catch(() => '');
  }

  async write(path: string, text: string): Promise<void> {
    await writeFile(join(this.root, path), text);
  }

  /** Puts something below `meta-data/` of the metadata service. */
  announce(path: string, text: string): void {
    this.metadata.files.set(`/latest/meta-data/${path}`, Buffer.from(text));
  }

  /** How often the machine has asked the metadata service for a path. */
  asked(path: string): number {
    return this.metadata.asked.filter((one) => one === path).length;
  }

  async phases(): Promise<string[]> {
    const lines = (await this.read('console')).matchAll(/^ci-actions phase=(\S+)/gm);
    return Array.from(lines, (match) => match[1] ?? '');
  }

  /** The reason in the `power-off` phase, once the machine is off. */
  async reasonOfPowerOff(): Promise<string> {
    await this.until(async () => (await this.read('power-off')) !== '');
    return /phase=power-off uptime=\S+ at=\S+ (.*)/.exec(await this.read('console'))?.[1] ?? '';
  }

  async until(condition: () => Promise<boolean>, seconds = PATIENCE_MS / 1000): Promise<void> {
    const end = Date.now() + seconds * 1000;
    while (!(await condition())) {
      if (Date.now() > end) throw new Error(`Not within ${seconds} s. Console:\n${await this.read('console')}`);
      await sleep(20);
    }
  }

  async untilConsole(text: string): Promise<void> {
    await this.until(async () => (await this.read('console')).includes(text));
  }

  /** Kills also what the agent started: the tests' `run.sh` writes its process id to a file, one a line. */
  async dispose(): Promise<void> {
    this.metadata.server.close();
    const runners = (await this.read('runner-pid')).split('\n').map(Number);
    const pids = [this.pid, ...runners].filter((pid) => pid > 1);
    for (const pid of pids) for (const target of [-pid, pid]) signal(target, 'SIGKILL');
    await this.ended;
    await rm(this.root, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** A test of one machine, from its boot to its end. Scenarios run concurrently, because they mostly wait. */
export function scenario(name: string, options: MachineOptions, body: (machine: Machine) => Promise<void>): void {
  test.concurrent(name, async () => {
    const machine = await Machine.boot(options);
    try {
      await body(machine);
    } finally {
      await machine.dispose();
    }
  });
}

/** A runner that runs one job. */
export const oneJob = `#!/bin/bash
echo "$$" >"$CI_ACTIONS_ROOT/runner-pid"
env >"$CI_ACTIONS_ROOT/runner-env"
pwd >"$CI_ACTIONS_ROOT/runner-cwd"
echo "2026-10-20 10:00:00Z: Listening for Jobs"
echo "2026-10-20 10:00:01Z: Running job: build (amd64)"
echo "2026-10-20 10:00:02Z: Job build (amd64) completed with result: Succeeded"
exit 0
`;

/** A runner that listens and gets no job; Ctrl-C ends it. */
export const noJob = `#!/bin/bash
echo "$$" >"$CI_ACTIONS_ROOT/runner-pid"
trap 'echo "Exiting..."; exit 0' INT
echo "2026-10-20 10:00:00Z: Listening for Jobs"
while :; do sleep 0.05; done
`;

/** A `PATH` whose first folder wraps these programs: each runs the command first, then the real program. */
export function shim(command: string, ...names: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'boot-shim-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const text = ['#!/bin/bash', command, 'PATH=${PATH#*:} exec "${0##*/}" "$@"', ''].join('\n');
  for (const name of names) writeFileSync(join(folder, name), text, { mode: 0o755 });
  return `${folder}:${process.env['PATH']}`;
}

export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

export async function install(path: string, text: string): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, text, { mode: 0o755 });
}

async function fillUp(path: string): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  await symlink('/dev/full', path);
}

function command(root: string, options: MachineOptions): string[] {
  return options.boot === 'user-data' ? ['bash', join(root, 'user-data')] : [join(bootFolder, 'agent.sh'), 'run'];
}

function environment(root: string, origin: string, options: MachineOptions): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    CI_ACTIONS_ROOT: root,
    CI_ACTIONS_CONSOLE: join(root, 'console'),
    CI_ACTIONS_POWER_OFF: `echo off >>'${join(root, 'power-off')}'`,
    CI_ACTIONS_PAYLOAD_TIMEOUT: '1',
    CI_ACTIONS_GRACE: '1',
    AWS_EC2_METADATA_SERVICE_ENDPOINT: origin,
    ...options.environment,
  };
}

interface Metadata {
  readonly server: Server;
  readonly origin: string;
  readonly files: Map<string, Uint8Array>;
  /** The paths of all requests. */
  readonly asked: string[];
}

async function startMetadata(root: string, options: MachineOptions): Promise<Metadata> {
  const asked: string[] = [];
  const documents = Object.entries(options.metadata ?? {});
  const files = new Map<string, Uint8Array>(
    documents.map(([path, text]) => [`/latest/meta-data/${path}`, Buffer.from(text)]),
  );
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    const body = files.get(path);
    if (request.method === 'PUT' && path === '/latest/api/token') return response.end('a-token');
    const allowed = !path.startsWith('/latest/') || request.headers['x-aws-ec2-metadata-token'] === 'a-token';
    if (!allowed) return response.writeHead(401).end();
    return body === undefined ? response.writeHead(404).end() : response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  if (options.download) files.set(`/${options.download.file}`, options.download.bytes);
  const userData = options.userData === undefined ? render(origin, options) : options.userData;
  if (userData !== null) files.set('/latest/user-data', Buffer.from(userData));
  if (options.boot === 'user-data') await writeFile(join(root, 'user-data'), gunzipSync(userData ?? ''));
  return { server, origin, files, asked };
}

function render(origin: string, { payload, download, boot }: MachineOptions): Uint8Array {
  const runnerDownload = download && { url: `${origin}/${download.file}`, sha256: download.sha256 };
  const complete = { ...defaults, ...payload, ...(runnerDownload && { runnerDownload }) };
  return renderUserData(complete, boot === 'user-data' ? bootScripts() : undefined, rolesFormat);
}

export function bootScripts(): BootScripts {
  const text = (name: string) => readFileSync(join(bootFolder, name), 'utf8');
  return {
    agent: text('agent.sh'),
    installRunner: text('install-runner.sh'),
    aptWhenFree: text('apt-when-free.sh'),
    unpackJitConfigs: text('unpack-jit-configs.mjs'),
  };
}

/**
 * The runner application as in a release, for one platform.
 *
 * @param more text of further programs, or other text, by path
 */
export function packRunner(of: string, installDependencies = '#!/bin/bash\n', more: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'runner-archive-'));
  const programs = { 'run.sh': oneJob, 'bin/installdependencies.sh': installDependencies, ...more };
  for (const [path, text] of Object.entries(programs)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text, { mode: 0o755 });
  }
  const bytes = execFileSync('tar', ['-czC', folder, '.']);
  rmSync(folder, { recursive: true });
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { file: `actions-runner-${of}-2.999.0.tar.gz`, bytes, sha256 };
}
