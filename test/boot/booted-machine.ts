import { execFileSync, type ChildProcess } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { macOf, serveMetadata } from '../../sandbox/machine/metadata.js';
import type { Boot, InstanceRecord, Machine } from '../../sandbox/sandbox.js';
import { METADATA, plugIn, type Cable } from './network.js';

export interface DiskOptions {
  /** The root that every machine starts from. No machine changes it. */
  readonly tree: string;
  /** Holds one folder per machine. On a real file system, because Docker stacks overlays on it. */
  readonly directory: string;
  /** Attached volumes: the path of the device by the volume's id. Docker's data is then on the disk, or on one of these. */
  readonly volumes?: Readonly<Record<string, string>>;
  /** Changes this machine's disk before its first boot. */
  readonly prepare?: (root: string) => void;
}

type Kind<M, O> = new (instance: InstanceRecord, options: O, onPowerOff: () => void) => M;

/** Boots instances as machines of one kind. */
export function createBoot<M extends BootedMachine, O extends DiskOptions = DiskOptions>(
  kind: Kind<M, O>,
  options: O,
): Boot & { readonly machines: ReadonlyMap<string, M> } {
  const machines = new Map<string, M>();
  const boot: Boot = (instance, onPowerOff) => {
    const machine = new kind(instance, options, onPowerOff);
    machines.set(instance.id, machine);
    return machine;
  };
  return Object.assign(boot, { machines });
}

/** An instance with a tree as its disk, EC2's metadata service, and a network interface that uses DHCP. */
export abstract class BootedMachine implements Machine {
  readonly root: string;
  readonly console: string;
  /** The start of the measurement, in ms since the epoch. */
  startedAt: number | undefined;
  protected readonly folder: string;
  /** The process that holds the machine. When the process ends, the machine is off. */
  protected holder: ChildProcess | undefined;
  protected abstract readonly cable: Cable;
  private readonly cleanUps: (() => unknown)[] = [];
  private readonly gone: Promise<void>;
  private isTold = false;

  constructor(
    protected readonly instance: InstanceRecord,
    protected readonly options: DiskOptions,
    private readonly onPowerOff: () => void,
  ) {
    this.folder = join(options.directory, instance.id);
    this.root = join(this.folder, 'root');
    this.console = join(this.folder, 'console.log');
    mkdirSync(this.folder, { recursive: true });
    appendFileSync(this.console, '');
    // The fields of a subclass are set only after its constructor has run.
    this.gone = Promise.resolve()
      .then(() => this.run())
      .catch((error: unknown) => {
        appendFileSync(this.console, `This machine could not be booted: ${String(error)}\n`);
      });
    void this.gone.then(() => this.isTold || this.onPowerOff());
  }

  /** Resolves when the machine is off. */
  protected abstract switchOn(namespace: string): Promise<void>;
  protected abstract askToShutDown(): void;

  readConsole(): string {
    return readFileSync(this.console, 'utf8');
  }

  async stop(how: 'shut down' | 'pull the plug'): Promise<void> {
    this.isTold = true;
    if (how === 'shut down') this.askToShutDown();
    else this.holder?.kill('SIGKILL');
    const timer = setTimeout(() => this.holder?.kill('SIGKILL'), SHUTDOWN_MS);
    await this.gone;
    clearTimeout(timer);
  }

  /** Resolves when the machine is off and only its disk and its console are left. */
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
        cable: this.cable,
      });
      this.cleanUps.unshift(() => plug.pull());
      await this.switchOn(plug.end);
    } finally {
      for (const cleanUp of this.cleanUps) await cleanUp();
    }
  }

  /** Assembles the disk before each boot. */
  protected mountDisk(): void {
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
}

/** EC2 also forces a power-off after some minutes. */
const SHUTDOWN_MS = 60_000;
