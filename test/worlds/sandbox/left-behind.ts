/** What a test leaves behind in a sandbox. Reads the sandbox's records, because the APIs hide what they forget. */
import { join } from 'node:path';
import { PATIENCE_MS } from '../patience.js';
import type { InstanceRecord } from '../../../sandbox/ec2/world/records.js';
import type { VolumeRecord } from '../../../sandbox/ec2/world/volume-records.js';
import { listProcesses } from '../../../sandbox/machine/processes.js';
import type { Sandbox } from '../../../sandbox/sandbox.js';

const ON = new Set(['pending', 'running']);
const OFF = new Set(['stopping', 'stopped']);

/**
 * Lists the instances, volumes, runners and processes that exist. A data volume that no instance holds is there on
 * purpose.
 *
 * @param disks the folder with the disks of the sandbox's instances
 */
export function listLeftBehind({ ec2, github }: Sandbox, disks: string): string[] {
  const live = ec2.instances().filter(({ state }) => state !== 'terminated');
  const processes = ec2
    .instances()
    .flatMap(({ id }) => listProcesses({ marker: `CI_ACTIONS_ROOT=${join(disks, id)}` }));
  return [
    ...live.map(({ id, state }) => `instance ${id} (${state})`),
    ...[...ec2.volumes.values()].filter((one) => !isKept(one)).map(({ id }) => `volume ${id}`),
    ...github.runners().map(({ name }) => `runner ${name}`),
    ...processes.map((pid) => `process ${pid}`),
  ];
}

function isKept({ tags, attachment }: VolumeRecord): boolean {
  return tags.has('ci-actions:volume') && tags.has('ci-actions:keep-until') && attachment === undefined;
}

/** Resolves after the sandbox's event that makes the condition true, or after {@link PATIENCE_MS}. */
export async function waitUntil(sandbox: Sandbox, isTrue: () => boolean): Promise<void> {
  if (isTrue()) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      forget();
      resolve();
    };
    const timer = setTimeout(done, PATIENCE_MS);
    const forget = sandbox.on(() => isTrue() && done());
  });
}

/** Whether an instance waits in a pool: stopped or stopping, and claimed by no start. */
export function isWaitingInPool({ state, tags }: InstanceRecord): boolean {
  return OFF.has(state) && tags.has('ci-actions:pool') && !tags.has('ci-actions:start');
}

/** Another run of the repository that wants the same pooled instances as the disturbed run. */
const RIVAL_RUN = 222;

/**
 * What the steps of one run and its pool have left in a sandbox that also holds others' instances, volumes and runners:
 * those that were there before, and those of a rival run.
 */
export class LeftBehind {
  /** Others' instances, each with the state in which it must stay. */
  private readonly foreignInstances = new Map<string, InstanceRecord['state']>();
  private readonly foreignRunners = new Set<number>();
  private readonly foreignVolumes: ReadonlySet<string>;
  private firstEvent = 0;

  constructor(readonly sandbox: Sandbox) {
    this.foreignVolumes = new Set(sandbox.ec2.volumes.keys());
    this.disown();
  }

  /** Counts everything in the sandbox as others', except for these instances, and starts counting events anew. */
  disown(ours: ReadonlySet<InstanceRecord> = new Set()): void {
    const { ec2, github, events } = this.sandbox;
    for (const one of ec2.instances()) if (!ours.has(one)) this.foreignInstances.set(one.id, one.state);
    for (const { id } of github.runners()) this.foreignRunners.add(id);
    this.firstEvent = events.length;
  }

  /** All instances of the run and of its pool, terminated ones too. */
  get instances(): InstanceRecord[] {
    return this.sandbox.ec2.instances().filter((one) => !this.foreignInstances.has(one.id) && !isRivals(one));
  }

  /** The instances that a step must still terminate: all that are on, and the claimed ones of a pool. */
  get live(): InstanceRecord[] {
    return this.instances.filter(
      ({ state, tags }) => ON.has(state) || (OFF.has(state) && tags.has('ci-actions:start')),
    );
  }

  /** The instances that wait in the pool. */
  get waiting(): InstanceRecord[] {
    return this.instances.filter(isWaitingInPool);
  }

  get runners() {
    const { github } = this.sandbox;
    return github.runners().filter((one) => !this.foreignRunners.has(one.id) && !isRivalsRunner(one));
  }

  /** The instances and runners of the rival run; see {@link asRival}. */
  get rivals() {
    const { ec2, github } = this.sandbox;
    const instances = ec2.instances().filter((one) => isRivals(one) && (ON.has(one.state) || OFF.has(one.state)));
    return { instances, runners: github.runners().filter(isRivalsRunner) };
  }

  /** The environment of the rival run's steps. The rival run goes on. */
  asRival(): { readonly GITHUB_RUN_ID: string } {
    const { github } = this.sandbox;
    github.runs.set(RIVAL_RUN, { ...github.runs.get(github.runId)!, id: RIVAL_RUN });
    return { GITHUB_RUN_ID: `${RIVAL_RUN}` };
  }

  /** Without the kept ones, which stay when all machines are gone. */
  get volumes(): string[] {
    const waiting = new Set(this.waiting.map(({ id }) => id));
    return [...this.sandbox.ec2.volumes.values()].flatMap(
      ({ id, tags, attachment: { instanceId } = { instanceId: '' } }) =>
        this.foreignVolumes.has(id) ||
        tags.has('ci-actions:keep-until') ||
        waiting.has(instanceId) ||
        this.isOthers(instanceId)
          ? []
          : id,
    );
  }

  get openSpotRequests(): string[] {
    return [...this.sandbox.ec2.spotRequests.values()].flatMap(({ id, state }) => (state === 'open' ? [id] : []));
  }

  /** How many of our instances have been switched on since {@link disown}, and the most that were on at once. */
  countOn(): { total: number; most: number } {
    const on = new Set<string>();
    let [total, most] = [0, 0];
    for (const event of this.sandbox.events.slice(this.firstEvent)) {
      if (!('instance' in event) || this.isOthers(event.instance)) continue;
      if (event.name === 'shutting-down' || event.name === 'stopping') on.delete(event.instance);
      if (event.name !== 'pending') continue;
      on.add(event.instance);
      total++;
      most = Math.max(most, on.size);
    }
    return { total, most };
  }

  /** Whether an instance is the rival's or was there before. */
  protected isOthers(id: string): boolean {
    const instance = this.sandbox.ec2.instancesById.get(id);
    return this.foreignInstances.has(id) || (instance !== undefined && isRivals(instance));
  }

  /** The ids of everything of ours that exists: instances, runners, volumes, open spot requests. */
  get left(): string[] {
    const { live, runners, volumes, openSpotRequests } = this;
    return [...live.map(({ id }) => id), ...runners.map(({ id }) => `${id}`), ...volumes, ...openSpotRequests];
  }

  /** Names everything of others' that has changed its state or is gone. */
  listDamage(): string[] {
    const { ec2, github } = this.sandbox;
    const registered = new Set(github.runners().map(({ id }) => id));
    return [
      ...[...this.foreignInstances].flatMap(([id, state]) => (ec2.instance(id).state === state ? [] : id)),
      ...[...this.foreignRunners].filter((id) => !registered.has(id)).map((id) => `runner ${id}`),
      ...[...this.foreignVolumes].filter((id) => !ec2.volumes.has(id)),
    ];
  }
}

function isRivals({ tags }: InstanceRecord): boolean {
  return tags.get('ci-actions:run-id') === `${RIVAL_RUN}`;
}

/** By the runner's name or, for a pooled instance, whose runner has the instance's name, by its label. */
function isRivalsRunner({ name, labels }: ReturnType<Sandbox['github']['runners']>[number]): boolean {
  return [name, ...labels.map((label) => label.name)].some((text) => text.startsWith(`ec2-${RIVAL_RUN}-`));
}
