import type { InstanceRecord } from '../../sandbox/ec2/world/records.js';
import type { Sandbox } from '../../sandbox/sandbox.js';

/** A run of ours that wants what the disturbed one wants, and is no business of its steps. */
const RIVAL_RUN = 222;

/** What in a sandbox is the disturbed run's or its pool's, what the rival's, and what was somebody else's before. */
export class Belongings {
  /** Others' instances, each in the state in which it was found. */
  private readonly foreignInstances = new Map<string, InstanceRecord['state']>();
  private readonly foreignRunners = new Set<number>();
  private readonly foreignVolumes: ReadonlySet<string>;
  private firstEvent = 0;

  constructor(readonly sandbox: Sandbox) {
    this.foreignVolumes = new Set(sandbox.ec2.volumes.keys());
    this.disown();
  }

  /** All that is there is others', but for these; and until now nothing has happened. */
  disown(ours: ReadonlySet<InstanceRecord> = new Set()): void {
    const { ec2, github, events } = this.sandbox;
    for (const one of ec2.instances()) if (!ours.has(one)) this.foreignInstances.set(one.id, one.state);
    for (const { id } of github.runners()) this.foreignRunners.add(id);
    this.firstEvent = events.length;
  }

  get instances(): InstanceRecord[] {
    return this.sandbox.ec2.instances().filter((one) => !this.foreignInstances.has(one.id) && !isRivals(one));
  }

  /** What somebody has to end: all that is on and, of a pool, what was claimed. */
  get live(): InstanceRecord[] {
    return this.instances.filter(
      ({ state, tags }) => ON.has(state) || (OFF.has(state) && tags.has('ci-actions:start')),
    );
  }

  /** Nobody's but the pool's, and off. */
  get waiting(): InstanceRecord[] {
    return this.instances.filter(({ state, tags }) => OFF.has(state) && !tags.has('ci-actions:start'));
  }

  get runners() {
    const { github } = this.sandbox;
    return github.runners().filter((one) => !this.foreignRunners.has(one.id) && !isRivalsRunner(one));
  }

  /** All that is the other run's of {@link asRival}. */
  get rivals() {
    const { ec2, github } = this.sandbox;
    const instances = ec2.instances().filter((one) => isRivals(one) && (ON.has(one.state) || OFF.has(one.state)));
    return { instances, runners: github.runners().filter(isRivalsRunner) };
  }

  /** The environment of another run that goes on at the same time. */
  asRival(): { readonly GITHUB_RUN_ID: string } {
    const { github } = this.sandbox;
    github.runs.set(RIVAL_RUN, { ...github.runs.get(github.runId)!, id: RIVAL_RUN });
    return { GITHUB_RUN_ID: `${RIVAL_RUN}` };
  }

  get volumes(): string[] {
    const waiting = new Set(this.waiting.map(({ id }) => id));
    return [...this.sandbox.ec2.volumes.values()].flatMap(({ id, attachment: { instanceId } = { instanceId: '' } }) =>
      this.foreignVolumes.has(id) || waiting.has(instanceId) || this.isOthers(instanceId) ? [] : id,
    );
  }

  get openSpotRequests(): string[] {
    return [...this.sandbox.ec2.spotRequests.values()].flatMap(({ id, state }) => (state === 'open' ? [id] : []));
  }

  /** How many of our machines have been switched on, and how many were on at once, since everything had settled. */
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

  /** The rival's, or one that was there before. */
  protected isOthers(id: string): boolean {
    const instance = this.sandbox.ec2.instancesById.get(id);
    return this.foreignInstances.has(id) || (instance !== undefined && isRivals(instance));
  }

  /** All ids and names of ours that are still there, whatever they are the names of. */
  get left(): string[] {
    const { live, runners, volumes, openSpotRequests } = this;
    return [...live.map(({ id }) => id), ...runners.map(({ id }) => `${id}`), ...volumes, ...openSpotRequests];
  }

  /** What others miss, a sentence each. */
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

const ON = new Set(['pending', 'running']);
const OFF = new Set(['stopping', 'stopped']);

function isRivals({ tags }: InstanceRecord): boolean {
  return tags.get('ci-actions:run-id') === `${RIVAL_RUN}`;
}

/** By its name or, where that is the instance's, by its label. */
function isRivalsRunner({ name, labels }: ReturnType<Sandbox['github']['runners']>[number]): boolean {
  return [name, ...labels.map((label) => label.name)].some((text) => text.startsWith(`ec2-${RIVAL_RUN}-`));
}
