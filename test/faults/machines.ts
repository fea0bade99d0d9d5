import { gunzipSync } from 'node:zlib';
import { powerOff } from '../../sandbox/ec2/rules/lifecycle.js';
import type { InstanceRecord } from '../../sandbox/ec2/world/records.js';
import type { Sandbox } from '../../sandbox/sandbox.js';
import { Timers } from './timers.js';

/** The time from `running` until the runner opens its session, on a published image, in ms. */
const BOOT_MS = 4_000;
/** The time from the launch until the runner opens its session, in s: EC2's `pending` and {@link BOOT_MS}. */
export const BOOT_S = 10;
/** How long a runner program needs to notice that GitHub has removed it. It polls at least every 50 s. */
const NOTICE_MS = 50_000;

/** The duration of a warm-up after the boot, in ms. */
const WARM_UP_MS = 10_000;
/** A warm-up script that fails. */
export const FAILING_SCRIPT = 'exit 3';

type Payload = RunnerPayload | WarmUpPayload;

export interface RunnerPayload {
  readonly kind: 'runner';
  readonly runnerId: number;
  readonly idleMs: number;
  readonly lifetimeMs: number;
}

interface WarmUpPayload {
  readonly kind: 'warm-up';
  readonly script: string;
  readonly lifetimeMs: number;
}

/**
 * Does what `ami/boot/agent.sh` does on an instance, without a process per instance, because thousands of cells would
 * need tens of thousands of processes. It reads the same user data and has the same endings: GitHub refuses the runner
 * (its registration is gone), GitHub removes the runner while it listens, no job arrives, or the lifetime is over. Each
 * ending powers the instance off, which terminates it. A warm-up writes its result to the console and powers off, which
 * stops the instance. `test/process/boot-agent.test.ts` and `boot-warm-up.test.ts` show that the real agent has these
 * endings, also when neither cloud can be reached.
 */
export class Machines {
  readonly timers = new Timers();
  private readonly stop: () => void;
  private readonly disconnects = new Map<string, () => void>();
  private readonly instanceOf = new Map<number, InstanceRecord>();

  constructor(private readonly sandbox: Sandbox) {
    this.stop = sandbox.on((event) => {
      if (event.name === 'running' && 'instance' in event) this.switchOn(sandbox.ec2.instance(event.instance));
      if (event.name === 'shutting-down' && 'instance' in event) this.disconnects.get(event.instance)?.();
      if (event.name === 'runner-removed' && 'runnerId' in event) this.beRemoved(event.runnerId);
    });
  }

  close(): void {
    this.stop();
    this.timers.clear();
  }

  private switchOn(instance: InstanceRecord): void {
    const { launchedAt } = instance;
    // A pooled instance may have been started anew: the timers of an earlier boot do nothing.
    const whileOn = (act: () => void) => () => {
      if (instance.state === 'running' && instance.launchedAt === launchedAt) act();
    };
    this.timers.after(
      BOOT_MS,
      whileOn(() => {
        const payload = readPayload(instance);
        const end = (why: string) => whileOn(() => this.giveUp(instance, why));
        this.timers.after(payload.lifetimeMs, end(`lifetime of ${payload.lifetimeMs / 1000} s is over`));
        if (payload.kind === 'runner') return this.listen(instance, payload);
        const isFailing = payload.script === FAILING_SCRIPT;
        this.timers.after(WARM_UP_MS, end(isFailing ? 'pre-runner script failed with 3' : 'warmed up'));
      }),
    );
  }

  /** Writes the agent's last line to the console and powers off. */
  private giveUp(instance: InstanceRecord, why: string): void {
    const at = new Date(this.timers.now()).toISOString();
    instance.postedConsole += `ci-actions phase=power-off uptime=1.00 at=${at} ${why}\n`;
    this.powerOff(instance);
  }

  private listen(instance: InstanceRecord, { runnerId, idleMs }: RunnerPayload): void {
    const { github } = this.sandbox;
    // The runner program exits with "The runner registration has been deleted", and then the agent powers off.
    if (!github.runners().some(({ id }) => id === runnerId)) return this.powerOff(instance);
    const connection = github.connectRunner(runnerId);
    this.instanceOf.set(runnerId, instance);
    this.disconnects.set(instance.id, () => connection.disconnect());
    this.timers.after(idleMs, () => this.powerOff(instance));
  }

  private beRemoved(runnerId: number): void {
    const instance = this.instanceOf.get(runnerId);
    if (instance) this.timers.after(NOTICE_MS, () => this.powerOff(instance));
  }

  private powerOff(instance: InstanceRecord): void {
    powerOff(this.sandbox.ec2, instance);
  }
}

/** Reads user data as the agent does: gzip, one setting per comment line, the runner's id in its JIT configuration. */
export function readPayload({ userData }: InstanceRecord): Payload {
  const text = gunzipSync(userData ?? Buffer.alloc(0)).toString();
  const read = (key: string): string => new RegExp(`^#:${key} (.+)$`, 'm').exec(text)?.[1] ?? '';
  const decode = (base64: string) => Buffer.from(base64, 'base64').toString();
  const parse = (base64: string) => JSON.parse(decode(base64)) as Record<string, string>;
  const seconds = (key: string): number => Number(read(key)) * 1000;
  const lifetimeMs = seconds('max-lifetime-seconds');
  if (read('kind') === 'warm-up') return { kind: 'warm-up', script: decode(read('pre-runner-script')), lifetimeMs };
  return {
    kind: 'runner',
    runnerId: Number(parse(parse(read('jit-config'))['.runner'] ?? '')['agentId']),
    idleMs: seconds('idle-timeout-seconds'),
    lifetimeMs,
  };
}
