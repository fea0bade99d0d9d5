import { fileURLToPath } from 'node:url';
import type { InstanceRecord } from '../../sandbox/ec2/records.js';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.js';
import { runStep, type StepResult } from '../../sandbox/step.js';
import { findNode24 } from '../node24/nodes.js';
import { abandonVolume, openSpotRequest } from '../process/leftovers.js';
import { environment } from './accelerate.mjs';
import { Disturbance } from './faults.js';
import type { Cell, Config } from './cells.js';
import { Machines } from './machines.js';
import { LEFT_BEHIND_MS, mint, settleIn } from './neighbours.js';
import { settlePool } from './pool-world.js';

const dist = fileURLToPath(new URL('../../dist/', import.meta.url));
const node = findNode24();
const compileCache = fileURLToPath(new URL('../../build/faults/compile-cache', import.meta.url));
/** No step may take longer, in ms of the accelerated clock. */
const HUNG_MS = 20 * 60_000;

/** A post step sees what EC2 lists late before it loses its patience, in ms. */
const LATE_LISTING_MS = 15_000;
/** Longer than any story: what it launches is hidden until somebody shows it. What was there before is listed. */
const UNLISTED_MS = 2 * 3_600_000;

export type StepName = 'start-runner' | 'start-runner-post' | 'stop-runner' | 'reap-runners' | 'fill-pool';

/** A run of ours that wants what the disturbed one wants, and is no business of its steps. */
const RIVAL_RUN = 222;

/** What a step did, and what was done to it. */
export interface StepRun extends StepResult {
  readonly name: StepName;
  readonly endedAt: number;
  readonly requests: readonly string[];
  readonly struck: boolean;
  /** False when nobody was there to hear its last words. */
  readonly heard: boolean;
}

/** One account and one repository, with others' belongings in them that nobody may touch. */
export class World {
  readonly machines: Machines;
  readonly steps: StepRun[] = [];
  /** When each of our instances and runners was gone, on the machines' clock. */
  readonly endings: number[] = [];
  /** Instances of a pool whose time was over from the beginning. */
  readonly overdue: string[] = [];
  /** Others' instances, each in the state in which it was found. */
  private readonly foreignInstances = new Map<string, InstanceRecord['state']>();
  private readonly foreignRunners = new Set<number>();
  /** While the rival acts, what ends is its own. */
  private isRivalsTurn = false;
  private firstEvent = 0;
  private readonly foreignVolumes: ReadonlySet<string>;

  private constructor(
    readonly sandbox: Sandbox,
    readonly config: Config,
  ) {
    const { ec2, github } = sandbox;
    for (const { id, state } of ec2.instances()) this.foreignInstances.set(id, state);
    for (const { id } of github.runners()) this.foreignRunners.add(id);
    this.foreignVolumes = new Set(ec2.volumes.keys());
    this.machines = new Machines(sandbox);
    sandbox.on((event) => {
      const isEnding = ENDINGS.has(event.name) && !this.isRivalsTurn;
      if (isEnding && !('instance' in event && this.isOthers(event.instance))) {
        this.endings.push(this.machines.timers.now());
      }
    });
  }

  static async create(config: Config): Promise<World> {
    const sandbox = await startSandbox({ machines: false, timeline: { pendingMs: 4_000, shuttingDownMs: 2_000 } });
    await settleIn(sandbox);
    const world = new World(sandbox, config);
    if (config.pool) await settlePool(world, config.pool);
    world.firstEvent = sandbox.events.length;
    if (config.listsLate) world.hide(UNLISTED_MS);
    return world;
  }

  async close(): Promise<void> {
    this.machines.close();
    await this.sandbox.close();
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

  /** What is there now, is others'. */
  disown(instances: Iterable<InstanceRecord>, runnerIds: Iterable<number>): void {
    for (const { id, state } of instances) this.foreignInstances.set(id, state);
    for (const id of runnerIds) this.foreignRunners.add(id);
  }

  /** The environment of another run that goes on at the same time. */
  asRival(): Inputs {
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
    let [total, now, most] = [0, 0, 0];
    for (const event of this.sandbox.events.slice(this.firstEvent)) {
      if (!('instance' in event) || this.isOthers(event.instance)) continue;
      if (event.name === 'pending') [total, now] = [total + 1, now + 1];
      if (event.name === 'shutting-down' || event.name === 'stopping') now--;
      most = Math.max(most, now);
    }
    return { total, most };
  }

  /** The rival's, or one that was there before. */
  private isOthers(id: string): boolean {
    const instance = this.sandbox.ec2.instancesById.get(id);
    return this.foreignInstances.has(id) || (instance !== undefined && isRivals(instance));
  }

  /** All ids and names of ours that are still there, whatever they are the names of. */
  get left(): string[] {
    const { live, runners, volumes, openSpotRequests } = this;
    return [...live.map(({ id }) => id), ...runners.map(({ id }) => `${id}`), ...volumes, ...openSpotRequests];
  }

  /** The run is over, and what only a sweep takes away is there, too: a ghost, a volume, a spot request. */
  async completeRun(): Promise<void> {
    const { ec2, github, environment: env } = this.sandbox;
    const run = github.runs.get(github.runId)!;
    Object.assign(run, { status: 'completed', conclusion: 'failure' });
    const { GITHUB_RUN_ID: ourRun = '' } = env;
    await mint(this.sandbox, github.repository, { name: `ec2-${ourRun}-1-start-0000000a-0` });
    const leftover = {
      tags: { 'ci-actions:repository': github.repository },
      createdAt: Date.now() - LEFT_BEHIND_MS,
    };
    abandonVolume(ec2, leftover);
    openSpotRequest(ec2, leftover);
  }

  /**
   * For how long EC2 does not list a fresh instance, in ms. It is a matter of seconds, and the worst ones: it lists
   * nothing before stop-runner has looked for it once, or a post step for 15 s.
   */
  hide(ms: number): void {
    (this.sandbox.ec2.timeline as { invisibleMs: number }).invisibleMs = ms;
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

  /** Runs a step as GitHub does; `at` says what happens to it. */
  async run(name: StepName, from: StepFrom) {
    let heard = true;
    this.isRivalsTurn = from.environment !== undefined;
    let kill: (how: NodeJS.Signals | 'hang up') => void = () => undefined;
    const prelude = new Disturbance(from.before, (signal) => kill(signal));
    const disturbance = new Disturbance(from.at, (signal) => kill(signal));
    this.sandbox.intercept = (request) => {
      if (name === 'stop-runner' && disturbance.seen.includes('DescribeInstances#1')) this.hide(0);
      // What leads to the disturbed part is not counted as part of it.
      if (from.before && !prelude.struck) return prelude.intercept(request);
      return disturbance.intercept(request);
    };
    const hung = setTimeout(() => kill('SIGKILL'), HUNG_MS);
    if (name === 'start-runner-post' || name === 'fill-pool') setTimeout(() => this.hide(0), LATE_LISTING_MS).unref();
    const result = await runStep({
      script: `${dist}${name}.js`,
      node,
      inputs: { 'github-token': this.sandbox.token, ...from.inputs },
      environment: {
        ...this.sandbox.environment,
        ...environment,
        NODE_COMPILE_CACHE: compileCache,
        ...from.environment,
      },
      ...(from.state && { state: from.state }),
      onStart(send, hangUp) {
        kill = (how) => {
          if (how !== 'hang up') return send(how);
          heard = false;
          hangUp();
        };
      },
    });
    clearTimeout(hung);
    const run: StepRun = {
      ...result,
      name,
      endedAt: this.machines.timers.now(),
      requests: disturbance.seen,
      struck: disturbance.struck,
      heard,
    };
    this.steps.push(run);
    return run;
  }
}

type Inputs = Readonly<Record<string, string>>;

interface StepFrom {
  readonly inputs: Inputs;
  readonly at?: Cell['at'];
  readonly before?: Cell['at'];
  readonly state?: Inputs;
  readonly environment?: Inputs;
}

const ENDINGS = new Set<string>(['shutting-down', 'stopping', 'runner-removed']);
const ON = new Set(['pending', 'running']);
const OFF = new Set(['stopping', 'stopped']);

function isRivals({ tags }: InstanceRecord): boolean {
  return tags.get('ci-actions:run-id') === `${RIVAL_RUN}`;
}

/** By its name or, where that is the instance's, by its label. */
function isRivalsRunner({ name, labels }: ReturnType<Sandbox['github']['runners']>[number]): boolean {
  return [name, ...labels.map((label) => label.name)].some((text) => text.startsWith(`ec2-${RIVAL_RUN}-`));
}
