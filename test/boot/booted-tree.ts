import { execFile, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BootedMachine } from './booted-machine.js';

const run = promisify(execFile);

/** A container with systemd as first process, cloud-init and Docker, on the host's kernel. Measured from that process. */
export class BootedTree extends BootedMachine {
  protected override readonly cable = 'veth';

  /** Runs a program on the machine, as root. */
  async exec(...command: string[]): Promise<string> {
    const pid = this.findFirstProcess();
    if (pid === undefined) throw new Error('This machine is off.');
    const { stdout } = await run('nsenter', ['--target', `${pid}`, '--all', ...command], { timeout: EXEC_MS });
    return stdout;
  }

  protected override askToShutDown(): void {
    this.holder?.kill('SIGTERM'); // systemd-nspawn passes the signal on to the machine's systemd as a power-off request.
  }

  protected override async switchOn(namespace: string): Promise<void> {
    const output = openSync(this.console, 'a');
    const command = ['--net=/run/netns/' + namespace, 'systemd-nspawn', ...this.describe(namespace)];
    const container = spawn('nsenter', command, { stdio: ['ignore', output, output], env: ENVIRONMENT });
    closeSync(output);
    this.holder = container;
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
      // Docker needs capabilities, and the kernel's keys and BPF, which systemd-nspawn denies by default.
      '--capability=all',
      '--system-call-filter=@keyring bpf',
      ...this.bindVolumes(),
      // The stand-in runner contains no Node.js.
      `--bind-ro=${node}`,
    ];
  }

  private bindVolumes(): string[] {
    const { volumes } = this.options;
    if (volumes === undefined) return [`--bind=${join(this.folder, 'docker')}:/var/lib/docker`];
    const byId = '/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_';
    return Object.entries(volumes).map(([id, device]) => `--bind=${device}:${byId}${id.replace('-', '')}`);
  }

  /** With the kernel's precision of 10 ms. */
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

  /** The child of systemd-nspawn that is process 1 in its own namespace. */
  private findFirstProcess(): number | undefined {
    const parent = this.holder?.pid;
    try {
      const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').match(/\d+/g) ?? [];
      const isFirst = (pid: string) => /^NSpid:.*\t1$/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
      const found = children.find(isFirst);
      return found === undefined ? undefined : Number(found);
    } catch {
      return undefined; // The process has ended in the meantime.
    }
  }
}

const EXEC_MS = 60_000;
/** The index of starttime after the name in `/proc/PID/stat`: see proc(5). */
const START_TIME = 19;
const TICKS_PER_SECOND = 100;

/** Provides the unified cgroup hierarchy, as distributions have it today, and a writable /proc/sys/net. */
const ENVIRONMENT = {
  PATH: process.env['PATH'],
  SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: '1',
  SYSTEMD_NSPAWN_API_VFS_WRITABLE: 'network',
};
