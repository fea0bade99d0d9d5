import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, closeSync, mkdirSync, openSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { macOf, serveMetadata } from '../../sandbox/imds.js';
import type { Boot, InstanceRecord, Machine } from '../../sandbox/sandbox.js';
import { METADATA, plugIn } from './network.js';

const run = promisify(execFile);

export interface TreeOptions {
  /** The root that every machine starts from; none of them changes it. */
  readonly tree: string;
  /** Holds a folder for each machine. On a real file system: Docker stacks overlays on it. */
  readonly directory: string;
  /** What is different on this machine's disk before its first boot. */
  readonly prepare?: (root: string) => void;
}

/** Boots instances as containers: systemd as the first process, cloud-init, a network interface, Docker. */
export function createTreeBoot(options: TreeOptions): Boot & { readonly machines: ReadonlyMap<string, BootedTree> } {
  const machines = new Map<string, BootedTree>();
  const boot: Boot = (instance, onPowerOff) => {
    const machine = new BootedTree(instance, options, onPowerOff);
    machines.set(instance.id, machine);
    return machine;
  };
  return Object.assign(boot, { machines });
}

export class BootedTree implements Machine {
  readonly root: string;
  readonly console: string;
  /** When its first process began, in ms since the epoch; to 10 ms, as the kernel knows it. */
  startedAt: number | undefined;
  private readonly folder: string;
  private readonly cleanUps: (() => unknown)[] = [];
  private container: ChildProcess | undefined;
  private readonly gone: Promise<void>;
  private isTold = false;

  constructor(
    private readonly instance: InstanceRecord,
    private readonly options: TreeOptions,
    private readonly onPowerOff: () => void,
  ) {
    this.folder = join(options.directory, instance.id);
    this.root = join(this.folder, 'root');
    this.console = join(this.folder, 'console.log');
    mkdirSync(this.folder, { recursive: true });
    appendFileSync(this.console, '');
    this.gone = this.run().catch((error: unknown) => {
      appendFileSync(this.console, `This machine could not be booted: ${String(error)}\n`);
    });
    void this.gone.then(() => this.isTold || this.onPowerOff());
  }

  readConsole(): string {
    return readFileSync(this.console, 'utf8');
  }

  async stop(how: 'shut down' | 'pull the plug'): Promise<void> {
    this.isTold = true;
    // To systemd-nspawn, the first is a request that it hands on to the machine's systemd.
    this.container?.kill(how === 'shut down' ? 'SIGTERM' : 'SIGKILL');
    const timer = setTimeout(() => this.container?.kill('SIGKILL'), SHUTDOWN_MS);
    await this.gone;
    clearTimeout(timer);
  }

  /** Runs a program on the machine, as root. */
  async exec(...command: string[]): Promise<string> {
    const pid = this.findFirstProcess();
    if (pid === undefined) throw new Error('This machine is off.');
    const { stdout } = await run('nsenter', ['--target', `${pid}`, '--all', ...command], { timeout: EXEC_MS });
    return stdout;
  }

  /** Resolves when the machine is off and nothing of it is left but its disk and its console. */
  private async run(): Promise<void> {
    try {
      this.mountDisk();
      const metadata = await serveMetadata(this.instance, this.instance.subnet.zone.slice(0, -1), METADATA);
      this.cleanUps.unshift(() => metadata.close());
      const { privateIp, subnet } = this.instance;
      const [network = '', prefix = ''] = subnet.cidr.split('/');
      const plug = await plugIn({
        id: this.instance.id,
        mac: macOf(this.instance),
        address: privateIp,
        router: network.replace(/\d+$/, '1'),
        prefix,
      });
      this.cleanUps.unshift(() => plug.pull());
      await this.switchOn(plug.namespace);
    } finally {
      for (const cleanUp of this.cleanUps) await cleanUp();
    }
  }

  private mountDisk(): void {
    const [upper, work] = [join(this.folder, 'changes'), join(this.folder, 'work')];
    for (const folder of [this.root, upper, work, join(this.folder, 'docker')]) mkdirSync(folder);
    const layers = `lowerdir=${this.options.tree},upperdir=${upper},workdir=${work}`;
    execFileSync('mount', ['-t', 'overlay', 'overlay', '-o', layers, this.root]);
    this.cleanUps.push(() => {
      execFileSync('umount', ['--lazy', this.root]);
      for (const folder of [upper, work, join(this.folder, 'docker')]) rmSync(folder, { recursive: true, force: true });
    });
    this.options.prepare?.(this.root);
  }

  private async switchOn(namespace: string): Promise<void> {
    const output = openSync(this.console, 'a');
    const command = ['--net=/run/netns/' + namespace, 'systemd-nspawn', ...this.describe(namespace)];
    const container = spawn('nsenter', command, { stdio: ['ignore', output, output], env: ENVIRONMENT });
    closeSync(output);
    this.container = container;
    const gone = new Promise<void>((resolve, reject) => container.once('exit', () => resolve()).once('error', reject));
    const watch = setInterval(() => this.noteStart() && clearInterval(watch), 5);
    await gone;
    clearInterval(watch);
  }

  private describe(namespace: string): string[] {
    const node = readlinkSync(join(this.options.tree, 'opt/actions-runner/externals/node24/bin/node'));
    return [
      '--quiet',
      '--register=no',
      '--keep-unit',
      '--boot',
      '--console=read-only',
      '--resolv-conf=off',
      `--machine=${namespace}`,
      `--directory=${this.root}`,
      `--network-namespace-path=/run/netns/${namespace}`,
      // What Docker needs: capabilities, and the kernel's keys and BPF, which systemd-nspawn withholds from a guest.
      '--capability=all',
      '--system-call-filter=@keyring bpf',
      `--bind=${join(this.folder, 'docker')}:/var/lib/docker`,
      // The stand-in runner brings no Node.js of its own.
      `--bind-ro=${node}`,
    ];
  }

  private noteStart(): boolean {
    const pid = this.findFirstProcess();
    if (pid === undefined) return false;
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    const uptime = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
    this.startedAt = Date.now() - (uptime - Number(stat[START_TIME]) / TICKS_PER_SECOND) * 1000;
    return true;
  }

  /** systemd-nspawn's child that is process 1 in its own eyes. */
  private findFirstProcess(): number | undefined {
    const parent = this.container?.pid;
    try {
      const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').match(/\d+/g) ?? [];
      const isFirst = (pid: string) => /^NSpid:.*\t1$/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
      const found = children.find(isFirst);
      return found === undefined ? undefined : Number(found);
    } catch {
      return undefined; // It was there a moment ago.
    }
  }
}

const EXEC_MS = 60_000;
/** A real instance is switched off by force after that, too. */
const SHUTDOWN_MS = 10_000;
/** Of what `/proc/PID/stat` has after the name: see proc(5), starttime. */
const START_TIME = 19;
const TICKS_PER_SECOND = 100;

/** One hierarchy of control groups, as any distribution has it today, and /proc/sys/net as a machine of its own has it. */
const ENVIRONMENT = {
  PATH: process.env['PATH'],
  SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: '1',
  SYSTEMD_NSPAWN_API_VFS_WRITABLE: 'network',
};
