import { spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, closeSync, existsSync, openSync, readFileSync, watch } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Boot, InstanceRecord, Machine } from '../ec2/world/records.js';
import type { VolumeRecord } from '../ec2/world/volume-records.js';
import type { Server } from '../http.js';
import { BAKED, prepareDisk, type Baked, type Disk } from './disk.js';
import { serveMetadata } from './metadata.js';
import { listProcesses, signalAll } from './processes.js';
import { findProgram, makeEnvironment, type Program } from './programs.js';
import { Devices, type FolderStorage } from './storage.js';

export interface MachineOptions {
  /** Holds one folder per instance: its disk. */
  readonly directory: string;
  readonly region: string;
  /** How long programs may take to end after SIGTERM, in ms. */
  readonly graceMs: number;
  readonly baked?: Partial<Baked> | undefined;
  /** The content of volumes. */
  readonly storage: FolderStorage;
}

/**
 * Boots instances as local processes. An image of this suite runs its agent. Any other image runs what cloud-init would
 * run: user data that is a script, at the first boot.
 *
 * The processes are not isolated, and root only if the sandbox is: they use this machine's files and network.
 */
export function createBoot(options: MachineOptions): Boot {
  return (instance, onPowerOff) => new LocalMachine(instance, options, onPowerOff);
}

class LocalMachine implements Machine {
  private readonly disk: Disk;
  private readonly devices: Devices;
  private readonly booted: Promise<void>;
  private readonly cleanUps: (() => unknown)[] = [];
  /** The first program. All others descend from it. */
  private leader: ChildProcess | undefined;
  private ending: Promise<void> | undefined;
  private isOff = false;

  constructor(
    private readonly instance: InstanceRecord,
    private readonly options: MachineOptions,
    private readonly onPowerOff: () => void,
  ) {
    const root = join(options.directory, instance.id);
    this.disk = prepareDisk(root, instance, { ...BAKED, ...options.baked });
    this.devices = new Devices(root, options.storage, instance.type.xen === true);
    this.booted = this.boot().catch((error: unknown) => {
      appendFileSync(this.disk.console, `The sandbox couldn't boot this machine: ${String(error)}\n`);
    });
  }

  readConsole(): string {
    return readFileSync(this.disk.console, 'utf8');
  }

  stop(how: 'shut down' | 'pull the plug'): Promise<void> {
    this.isOff = true;
    this.ending ??= this.shutDown(how);
    if (how === 'pull the plug') this.kill();
    return this.ending;
  }

  attach(volume: VolumeRecord): void {
    this.devices.add(volume);
  }

  detach(volumeId: string): void {
    this.devices.remove(volumeId);
  }

  isMounted(volumeId: string): boolean {
    return !this.isOff && this.devices.isMounted(volumeId);
  }

  private async boot(): Promise<void> {
    const metadata = await serveMetadata(this.instance, this.options.region);
    this.cleanUps.push(() => metadata.close());
    const program = findProgram(this.instance, this.disk);
    if (this.isOff || !program) return;
    this.watchPowerOff();
    this.start(program, metadata);
  }

  private watchPowerOff(): void {
    const watcher = watch(dirname(this.disk.powerOffRequest), () => this.notePowerOff());
    watcher.unref();
    this.cleanUps.push(() => watcher.close());
  }

  private notePowerOff(): void {
    if (this.isOff || !existsSync(this.disk.powerOffRequest)) return;
    this.onPowerOff();
  }

  private start(program: Program, metadata: Server): void {
    const output = openSync(program.output, 'a');
    const { root } = this.disk;
    const env = { ...makeEnvironment(this.disk), AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata.url };
    const stdio: ['ignore', number, number] = ['ignore', output, output];
    const child = spawn(program.path, program.args, { cwd: root, env, detached: true, stdio });
    closeSync(output);
    child.unref();
    const exited = new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
      child.once('error', (error) => {
        appendFileSync(this.disk.console, `${program.path} can't be run: ${error.message}\n`);
        resolve();
      });
    });
    this.leader = child;
    void exited.then(() => this.noteExit(program, child.pid));
  }

  /** When a unit's main program exits, its other processes are killed and the machine powers off. */
  private noteExit(program: Program, session: number | undefined): void {
    this.leader = undefined;
    this.notePowerOff();
    if (!program.isUnit) return;
    if (session !== undefined) signalAll(listProcesses({ session, marker: this.marker }), 'SIGKILL');
    if (!this.isOff) this.onPowerOff();
  }

  /** As systemd does: signals the main program, and kills what is left when it has ended or takes too long. */
  private async shutDown(how: 'shut down' | 'pull the plug'): Promise<void> {
    await this.booted;
    if (how === 'shut down') {
      const { leader } = this;
      signalAll(leader?.pid === undefined ? this.listProcesses() : [leader.pid], 'SIGTERM');
      const hasEnded = leader ? () => this.leader === undefined : () => this.listProcesses().length === 0;
      await until(hasEnded, this.options.graceMs);
    }
    this.kill();
    await until(() => this.leader === undefined && this.listProcesses().length === 0, KILL_MS);
    await Promise.all(this.cleanUps.map((cleanUp) => cleanUp()));
  }

  private kill(): void {
    signalAll(this.listProcesses(), 'SIGKILL');
  }

  private get marker(): string {
    return `CI_ACTIONS_ROOT=${this.disk.root}`;
  }

  private listProcesses(): number[] {
    const session = this.leader?.pid;
    return listProcesses({ marker: this.marker, ...(session === undefined ? {} : { session }) });
  }
}

/** How long killed processes may take to disappear. Usually milliseconds, unless one hangs in the kernel. */
const KILL_MS = 2000;

/** Checks every 10 ms until the condition holds or the time is over. */
async function until(condition: () => boolean, ms: number): Promise<void> {
  const end = performance.now() + ms;
  while (!condition() && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 10));
}
