import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox, type InstanceRecord, type Job, type Sandbox, type SandboxEvent } from '../../sandbox/sandbox.js';
import { createBoot, type BootedMachine } from './booted-machine.js';
import { BootedTree } from './booted-tree.js';
import { BootedVm } from './booted-vm.js';
import { CLOUD_ADDRESS } from './network.js';
import { paths, type Inputs, type PathName } from './paths.js';

const kinds = {
  /** A container with systemd as its first process. */
  tree: BootedTree,
  /** A virtual machine with its own kernel and an emulated processor. */
  vm: BootedVm,
};
type Kinds = { [K in keyof typeof kinds]: InstanceType<(typeof kinds)[K]> };

/** How long a boot, a job or a power-off may take before the test fails. */
const PATIENCE_MS = { tree: 60_000, vm: 1_200_000 };

/** The root that a preset's machines start from, as `tree.sh` keeps it. Created if it does not exist. */
export function findTree(...what: readonly [] | readonly ['amd64'] | readonly ['amd64', 'kernel']): string {
  return outside('test/boot/tree.sh', '-', ...what).trim();
}

/** Runs a program in the namespace that can reach package registries. */
export function outside(...command: readonly string[]): string {
  const args = ['--net=/run/netns/outside', ...command];
  return execFileSync('nsenter', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

interface Scene {
  readonly name: PathName;
  readonly tree: string;
  readonly inputs?: Inputs;
}

/** A sandbox whose instance is a machine that boots, by one path. */
export class Stage<K extends keyof Kinds = 'tree'> {
  private constructor(
    readonly sandbox: Sandbox,
    readonly label: string,
    private readonly machines: ReadonlyMap<string, BootedMachine>,
    private readonly directory: string,
    private readonly kind: K,
  ) {}

  /** Launches, and waits for nothing. */
  static async open(name: PathName, tree: string, inputs: Inputs = {}): Promise<Stage> {
    return Stage.openAs('tree', { name, tree, inputs });
  }

  static async openAs<K extends keyof Kinds>(kind: K, { name, tree, inputs = {} }: Scene): Promise<Stage<K>> {
    const path = paths[name];
    const directory = mkdtempSync(join(tmpdir(), 'ci-actions-boot-'));
    const disks = join(directory, 'disks');
    mkdirSync(disks);
    const machines = createBoot<BootedMachine>(kinds[kind], { tree, directory: disks, prepare: path.prepare });
    const timeline = { pendingMs: 5, bootMs: 5, shuttingDownMs: 5 };
    const sandbox = await startSandbox({ address: CLOUD_ADDRESS, machines, timeline, directory: disks });
    const label = await path.launch(sandbox, inputs);
    return new Stage(sandbox, label, machines.machines, directory, kind);
  }

  get instance(): InstanceRecord {
    const [instance] = this.sandbox.ec2.instances();
    if (!instance) throw new Error('Nothing was launched.');
    return instance;
  }

  get machine(): Kinds[K] {
    const machine = this.machines.get(this.instance.id);
    if (!machine) throw new Error('The instance has not been switched on yet.');
    return machine as Kinds[K];
  }

  /** @returns the time from the start of the machine's first process until the runner was online at GitHub, in s */
  async secondsToOnline(): Promise<number> {
    const { at } = await this.until((event) => event.name === 'runner-online');
    const { startedAt } = this.machine;
    if (startedAt === undefined) throw new Error('Nobody saw the first process.');
    return (at - startedAt) / 1000;
  }

  queue(steps: readonly string[]): Job {
    return this.sandbox.github.queueJob({ labels: [this.label], name: 'test', steps });
  }

  /** Resolves with the first event that matches, even if it is in the past. */
  async until(fits: (event: SandboxEvent) => boolean): Promise<SandboxEvent> {
    const past = this.sandbox.events.find(fits);
    if (past) return past;
    const patience = PATIENCE_MS[this.kind];
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        forget();
        reject(new Error(`Not within ${patience / 1000} s. Console:\n${this.machine.readConsole()}`));
      }, patience);
      const forget = this.sandbox.on((event) => {
        if (!fits(event)) return;
        clearTimeout(timer);
        forget();
        resolve(event);
      });
    });
  }

  async close(): Promise<void> {
    await this.sandbox.close();
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 3 });
  }
}
