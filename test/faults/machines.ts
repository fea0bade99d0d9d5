import { powerOff } from '../../sandbox/ec2/rules/lifecycle.js';
import type { InstanceRecord } from '../../sandbox/ec2/world/records.js';
import type { Sandbox } from '../../sandbox/sandbox.js';
import { readPayload, type RolesPayload, type RunnerPayload } from './payloads.js';
import { Timers } from './timers.js';

/** The time from `running` until the runner opens its session, on a published image, in ms. */
const BOOT_MS = 4_000;
/** The time from the launch until the runner opens its session, in s: EC2's `pending` and {@link BOOT_MS}. */
export const BOOT_S = 10;
/** How long a runner program needs to notice that GitHub has removed it. It polls at least every 50 s. */
const NOTICE_MS = 50_000;

/** The duration of a warm-up after the boot, in ms. */
const WARM_UP_MS = 10_000;
/** The states of an attachment that end by themselves. */
const PASSING = new Set(['attaching', 'detaching']);
/** A warm-up script that fails. */
export const FAILING_SCRIPT = 'exit 3';

/**
 * Does what `ami/boot/agent.sh` does on an instance, without a process per instance, because thousands of cells would
 * need tens of thousands of processes. It reads the same user data and has the same endings: GitHub refuses the runner
 * (its registration is gone), GitHub removes the runner while it listens, no job arrives, or the lifetime is over. With
 * several runners the machine ends with its last one. It registers runners that take many jobs, waits for its data volume
 * before, and reports at its end that the volume is unmounted. Each ending powers the instance off, which terminates it. A warm-up writes its result to the console and powers off, which
 * stops the instance. `test/process/boot-agent.test.ts` and `boot-warm-up.test.ts` show that the real agent has these
 * endings, also when neither cloud can be reached.
 */
export class Machines {
  readonly timers = new Timers();
  private readonly stop: () => void;
  private readonly disconnects = new Map<string, () => void>();
  /** The machine of a runner, with its runners that have not ended. */
  private readonly servingOf = new Map<number, { readonly instance: InstanceRecord; readonly left: Set<number> }>();
  /** What goes on once the data volume is attached, by instance. */
  private readonly awaiting = new Map<string, () => void>();
  private registrations = 0;

  constructor(private readonly sandbox: Sandbox) {
    this.stop = sandbox.on((event) => {
      if (event.name === 'running' && 'instance' in event) this.switchOn(sandbox.ec2.instance(event.instance));
      if (event.name === 'shutting-down' && 'instance' in event) this.switchOff(sandbox.ec2.instance(event.instance));
      if (event.name === 'volume-attached' && 'instance' in event) this.awaiting.get(event.instance)?.();
      if (event.name === 'runner-removed' && 'runnerId' in event) this.beRemoved(event.runnerId);
    });
  }

  /** Whether a machine is registering its runners, or a volume is about to be attached to one. */
  get isBusy(): boolean {
    const volumes = [...this.sandbox.ec2.volumes.values()];
    return this.registrations > 0 || volumes.some(({ attachment }) => PASSING.has(attachment?.state ?? ''));
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
        if (payload.kind === 'runner') return this.listen(instance, payload, [payload.runnerId]);
        if (payload.kind === 'roles') return this.openVolume(instance, payload, whileOn);
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

  /** Goes on when the data volume is attached. A copy is attached from the beginning. */
  private openVolume(instance: InstanceRecord, payload: RolesPayload, whileOn: (act: () => void) => () => void): void {
    const { volume } = payload;
    const isThere = () => {
      const attachment = this.sandbox.ec2.volumes.get(volume ?? '')?.attachment;
      return attachment?.instanceId === instance.id && attachment.state === 'attached';
    };
    const goOn = whileOn(() => {
      this.awaiting.delete(instance.id);
      this.registrations++;
      void this.register(payload)
        .finally(() => this.registrations--)
        .then((ids) => whileOn(() => this.listen(instance, payload, ids))());
    });
    if (volume === undefined || isThere()) return goOn();
    this.awaiting.set(instance.id, goOn);
    const late = () => this.giveUp(instance, `data volume: ${volume} was not attached`);
    this.timers.after(
      payload.startupMs,
      whileOn(() => this.awaiting.has(instance.id) && late()),
    );
  }

  /** Registers the runners that take many jobs, as `config.sh` does. @returns the ids of all runners of the payload */
  private async register({ runners, registration }: RolesPayload): Promise<number[]> {
    const ids = await Promise.all(
      runners.map(async ({ name, labels, runnerId }) => {
        if (runnerId !== undefined) return runnerId;
        const path = new URL(registration?.url ?? '').pathname;
        const body = { token: registration?.token, path, name, labels, replace: true, defaultLabels: false };
        const url = `${this.sandbox.githubUrl}/_runner/registrations`;
        const headers = { 'content-type': 'application/json' };
        const { ok } = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
        return ok ? this.sandbox.github.runners().find((one) => one.name === name)?.id : undefined;
      }),
    );
    return ids.filter((id) => id !== undefined);
  }

  private listen(instance: InstanceRecord, { idleMs }: RunnerPayload | RolesPayload, ids: readonly number[]): void {
    const { github } = this.sandbox;
    const known = ids.filter((wanted) => github.runners().some(({ id }) => id === wanted));
    // A runner program exits with "The runner registration has been deleted", and the agent powers off with the last one.
    if (known.length === 0) return this.powerOff(instance);
    const serving = { instance, left: new Set(known) };
    for (const id of known) this.servingOf.set(id, serving);
    const connections = known.map((id) => github.connectRunner(id));
    this.disconnects.set(instance.id, () => connections.forEach((connection) => connection.disconnect()));
    this.timers.after(idleMs, () => this.powerOff(instance));
  }

  private beRemoved(runnerId: number): void {
    const serving = this.servingOf.get(runnerId);
    serving?.left.delete(runnerId);
    if (serving?.left.size === 0) this.timers.after(NOTICE_MS, () => this.powerOff(serving.instance));
  }

  /** Unmounts the data volume, and its runners' connections break. */
  private switchOff(instance: InstanceRecord): void {
    this.disconnects.get(instance.id)?.();
    const { volume } = instance.userData ? readRoles(instance) : {};
    const attachment = this.sandbox.ec2.volumes.get(volume ?? '')?.attachment;
    if (attachment?.instanceId !== instance.id) return;
    const at = new Date(this.timers.now()).toISOString();
    instance.postedConsole += `ci-actions phase=volume-closed uptime=1.00 at=${at} /data unmounted\n`;
  }

  private powerOff(instance: InstanceRecord): void {
    powerOff(this.sandbox.ec2, instance);
  }
}

function readRoles(instance: InstanceRecord): { readonly volume?: string } {
  const payload = readPayload(instance);
  return payload.kind === 'roles' && payload.volume !== undefined ? { volume: payload.volume } : {};
}
