import { Failure } from '../../src/core/kernel/failure.js';
import { TAG } from '../../src/core/kernel/identity.js';
import { fillPool } from '../../src/core/pool/fill.js';
import type { Instance } from '../../src/core/ports/ec2.js';
import type { JournalEntry } from '../../src/core/ports/process.js';
import { reap, refuseIncomplete } from '../../src/core/reap/reap.js';
import { Created } from '../../src/core/start/created.js';
import { rollBack } from '../../src/core/start/roll-back.js';
import { startRunners } from '../../src/core/start/start.js';
import { FakeClock } from './fake-clock.js';
import { FakeEc2 } from './fake-ec2.js';
import { FakeGitHub } from './fake-github.js';
import { quiet } from './log.js';
import { createRandom, Fate } from './random.js';
import { aFillRequest, aRequest, run } from './requests.js';
import { lateParts } from './late-parts.js';

/** Starts that all use the same pool. */
export interface Rush {
  readonly seed: number;
  /** The longest latency of a request, in one direction. */
  readonly latencyMs: number;
  /** When each start begins, in ms. */
  readonly arrivals: readonly number[];
}

/** A start that is killed. */
export interface Kill {
  /** Since its begin, in ms. */
  readonly after: number;
  readonly hasPost: boolean;
}

type Outcome = { readonly started: readonly string[] } | { readonly failed: string } | { readonly killed: true };

const POOL = 'ready';
const BOOT_MS = 20_000;
const RESUME_MS = 5_000;
const GRACE_MS = 900_000;

/** Clouds in memory with a filled pool, and instances that behave as the boot agent makes them. */
export class PooledWorld {
  readonly ec2: FakeEc2;
  readonly github = new FakeGitHub();
  /** The instances that fill-pool launched. */
  pooledIds: ReadonlySet<string> = new Set();
  /** Cancels every start. */
  readonly cancel = new AbortController();
  private readonly clock = new FakeClock();
  private readonly random: () => number;
  private readonly outcomes: Outcome[] = [];
  private readonly lost = new Map<string, number>();
  /** Sentences about instances that boot as another instance's runner, or as a runner that is already online. */
  private readonly conflicts: string[] = [];
  private isOver = false;

  private constructor(private readonly rush: Rush) {
    this.ec2 = new FakeEc2({ clock: this.clock, timeline: { pendingMs: 1_000 } });
    this.random = createRandom(rush.seed);
    this.ec2.onLaunch(({ id }) => this.clock.after(BOOT_MS, () => this.boot(id)));
    this.ec2.onResume(({ id }) => this.clock.after(RESUME_MS, () => this.boot(id)));
  }

  static async open(size: number, rush: Rush): Promise<PooledWorld> {
    const world = new PooledWorld(rush);
    const ports = { ...world.portsOf(world.newFate(0)), signal: new AbortController().signal };
    const filled = await fillPool(aFillRequest({ pool: POOL, size }), ports);
    world.pooledIds = new Set(filled.launched.map(({ id }) => id));
    return world;
  }

  /** Runs all starts. The first of them are killed as `kills` say. */
  async play(kills: readonly Kill[] = []): Promise<readonly Outcome[]> {
    await Promise.all(this.rush.arrivals.map((at, index) => this.start({ at, index, kill: kills[index] })));
    return this.outcomes;
  }

  get now(): number {
    return this.clock.now();
  }

  /** Runs `action` this many ms from now. */
  later(ms: number, action: () => void): void {
    this.clock.after(ms, action);
  }

  startedInstances(): string[] {
    return this.outcomes.flatMap((one) => ('started' in one ? one.started : []));
  }

  /** By start: how many requests it sent in vain that a start without a pool does not send. */
  extraRequests(): number[] {
    return this.rush.arrivals.map((_, index) => this.lost.get(startIdOf(index)) ?? 0);
  }

  findConflicts(): readonly string[] {
    return this.conflicts;
  }

  /** Ends the run and its jobs, then runs the reaper. */
  async settle(): Promise<void> {
    this.isOver = true;
    for (const { name } of this.github.listed.filter(({ status }) => status === 'online')) this.github.finish(name);
    for (const { id, state } of this.ec2.instances) if (state === 'running') this.ec2.powerOff(id);
    await this.clock.sleep(GRACE_MS + 60_000);
    const ports = this.portsOf(this.newFate(0));
    const gitHubOf = async () => ({
      ...bindAll(this.github),
      readRunAttempt: async () => (this.isOver ? ('completed' as const) : ('active' as const)),
    });
    const request = { reach: { kind: 'repo', home: { owner: run.owner, repo: run.repo } }, graceMs: GRACE_MS } as const;
    const reaped = await reap(
      { ...request, dryRun: false },
      { ...ports, regions: [this.ec2], gitHubOf, signal: new AbortController().signal },
    );
    refuseIncomplete(reaped);
    await this.clock.sleep(60_000);
  }

  /** The ids and names of everything that is left and does not wait in the pool. */
  findLeftBehind(): string[] {
    const isWaiting = ({ state, tags }: Instance) => state === 'stopped' && tags[TAG.start] === undefined;
    return [
      ...this.ec2.instances.filter((one) => one.state !== 'terminated' && !isWaiting(one)).map(({ id }) => id),
      ...this.github.listed.map(({ name }) => name),
    ];
  }

  private async start({ at, index, kill }: { at: number; index: number; kill: Kill | undefined }): Promise<void> {
    await this.clock.sleep(at);
    const fate = this.newFate(this.rush.latencyMs);
    const startId = startIdOf(index);
    const request = aRequest({ startId, label: `label-${index}`, pool: POOL });
    const entries: JournalEntry[] = [];
    let isDead = false;
    const killed = new Promise<'killed'>((resolve) => {
      if (!kill) return;
      this.clock.after(kill.after, () => {
        isDead = true;
        fate.kill();
        resolve('killed');
      });
    });
    const main = startRunners(request, {
      ...this.portsOf(fate, startId),
      journal: { record: (entry) => void (isDead || entries.push(entry)) },
      signal: this.cancel.signal,
      bootScripts: { agent: '', installRunner: '', aptWhenFree: '' },
      mask: () => undefined,
      ...lateParts,
    });
    const outcome = await Promise.race([main.catch((error: unknown) => error), killed]);
    this.outcomes.push(describe(outcome));
    const last = entries.at(-1);
    if (outcome !== 'killed' || !kill?.hasPost || last?.state !== 'started') return;
    await rollBack(Created.fromJournal(last, run), this.portsOf(this.newFate(this.rush.latencyMs)));
  }

  /** As the agent does: a registered runner comes online; without one, the instance powers off, as after a warm-up. */
  private boot(id: string): void {
    const instance = this.ec2.instances.find((one) => one.id === id)!;
    if (instance.state !== 'running') return;
    const name = instance.tags[TAG.runnerName];
    const runner = this.github.listed.find((one) => one.name === name);
    if (name === undefined || !runner) return this.ec2.powerOff(id);
    if (String(runner.id) !== instance.tags[TAG.runnerId]) this.conflicts.push(`${id} boots as another's ${name}`);
    if (runner.status === 'online') this.conflicts.push(`${name} runs twice`);
    this.github.connect(name);
  }

  private newFate(latencyMs: number): Fate {
    return new Fate(this.clock, this.random, latencyMs);
  }

  private portsOf(fate: Fate, startId?: string) {
    const ec2 = fate.bind<FakeEc2>(this.ec2);
    const github = fate.bind<FakeGitHub>(startId === undefined ? this.github : this.counting(startId));
    return { ec2, ec2In: async () => ec2, github, clock: fate.bindClock(), log: quiet };
  }

  /** GitHub that counts a start's requests in vain: registrations under taken names, and the listings after them. */
  private counting(startId: string): FakeGitHub {
    const note = () => this.lost.set(startId, (this.lost.get(startId) ?? 0) + 1);
    let looks = 0;
    const own = {
      registerRunner: async (request: Parameters<FakeGitHub['registerRunner']>[0]) => {
        const outcome = await this.github.registerRunner(request);
        if (outcome === 'name-taken') note();
        return outcome;
      },
      listRunners: () => {
        // The first is sent beside the requests of the preflight.
        if (looks++ > 0) note();
        return this.github.listRunners();
      },
    };
    return new Proxy(this.github, {
      get: (target, name) => {
        const value: unknown = Reflect.get(name in own ? own : target, name);
        return typeof value === 'function' ? (value as () => unknown).bind(name in own ? own : target) : value;
      },
    });
  }
}

function describe(outcome: unknown): Outcome {
  if (outcome === 'killed') return { killed: true };
  if (outcome instanceof Failure) return { failed: `${outcome.code}: ${outcome.message}` };
  if (outcome instanceof Error) return { failed: outcome.stack ?? outcome.message };
  const { instances } = outcome as { instances: readonly { readonly instance: Instance }[] };
  return { started: instances.map(({ instance }) => instance.id) };
}

function startIdOf(index: number): string {
  return index.toString(16).padStart(8, '0');
}

function bindAll(github: FakeGitHub) {
  return {
    listRunners: () => github.listRunners(),
    readRunner: (id: number) => github.readRunner(id),
    removeRunner: (id: number) => github.removeRunner(id),
  };
}
