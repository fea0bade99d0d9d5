import { Failure } from '../../src/core/kernel/failure.js';
import { TAG } from '../../src/core/kernel/identity.js';
import type { Instance } from '../../src/core/ports/ec2.js';
import type { JournalEntry } from '../../src/core/ports/process.js';
import { reap, refuseIncomplete } from '../../src/core/reap/reap.js';
import { Created } from '../../src/core/start/created.js';
import type { WhenRunning } from '../../src/core/start/request.js';
import { rollBack } from '../../src/core/start/roll-back.js';
import { startRunners } from '../../src/core/start/start.js';
import type { Started } from '../../src/core/start/started.js';
import { stopRunners } from '../../src/core/stop/stop.js';
import { FakeClock } from './fake-clock.js';
import { FakeEc2 } from './fake-ec2.js';
import { FakeGitHub } from './fake-github.js';
import { quiet } from './log.js';
import { createRandom, Fate } from './random.js';
import { aRequest, run } from './requests.js';
import { lateParts } from './late-parts.js';

/** One run that starts a machine of the name. */
export interface NamedStart {
  /** When it begins; ms. */
  readonly at: number;
  readonly whenRunning: WhenRunning;
  /** Ends the start early, so many ms after its begin. `gone`: killed, and no post step follows. */
  readonly fate?: { readonly kind: 'cancel' | 'kill' | 'gone'; readonly after: number };
  /** How long after the start its stop comes; ms. */
  readonly lasts: number;
}

export interface NamedStory {
  readonly seed: number;
  readonly latencyMs: number;
  readonly invisibleMs: number;
  readonly starts: readonly NamedStart[];
}

export type NamedOutcome = 'started' | 'joined' | 'killed' | Failure['code'];

const NAME = 'bench';
const BOOT_MS = 20_000;
const GRACE_MS = 900_000;

/** Runs of one repository that all want a machine of the same name. */
export class NamedMachines {
  readonly ec2: FakeEc2;
  readonly github = new FakeGitHub();
  readonly outcomes: NamedOutcome[] = [];
  /** Sentences about moments with two machines, and about joined machines that a stop ended. */
  readonly broken: string[] = [];
  private readonly clock = new FakeClock();
  private readonly random: () => number;
  private readonly over = new Set<string>();

  constructor(private readonly story: NamedStory) {
    this.ec2 = new FakeEc2({ clock: this.clock, timeline: { invisibleMs: story.invisibleMs } });
    this.random = createRandom(story.seed);
    this.ec2.onLaunch((instance) => {
      const others = this.alive().filter(({ id }) => id !== instance.id);
      for (const { id, state } of others) this.broken.push(`${instance.id} is launched while ${id} is ${state}`);
      this.clock.after(BOOT_MS, () => this.boot(instance));
    });
  }

  /** Instances that are not terminated. */
  alive(): readonly Instance[] {
    return this.ec2.instances.filter(({ state }) => state !== 'terminated');
  }

  async play(): Promise<void> {
    await Promise.all(this.story.starts.map((start, index) => this.act(start, index)));
  }

  /** Lets all runs be over, sweeps once, and lists what is left. */
  async settle(): Promise<readonly string[]> {
    this.story.starts.forEach((_, index) => this.over.add(runOf(index).runId));
    await this.clock.sleep(GRACE_MS + 60_000);
    // GitHub has noticed by now which machines are gone.
    for (const { name } of this.github.listed.filter((one) => one.status === 'online')) {
      if (!this.alive().some(({ tags }) => tags[TAG.runnerName] === name)) this.github.disconnect(name);
    }
    const request = { reach: { kind: 'repo', home: { owner: run.owner, repo: run.repo } }, graceMs: GRACE_MS } as const;
    const ports = this.portsOf(new Fate(this.clock, this.random, 0));
    const { signal } = new AbortController();
    const reaped = await reap(
      { ...request, dryRun: false },
      { ...ports, regions: [this.ec2], gitHubOf: async () => ports.github, signal },
    );
    refuseIncomplete(reaped);
    await this.clock.sleep(60_000);
    return [...this.alive().map(({ id }) => id), ...this.github.listed.map(({ name }) => name)];
  }

  private async act(plan: NamedStart, index: number): Promise<void> {
    await this.clock.sleep(plan.at);
    const own = runOf(index);
    const outcome = await this.start(plan, index);
    this.outcomes[index] = outcome instanceof Failure ? outcome.code : describe(outcome);
    if (outcome instanceof Failure || outcome === 'killed') return void this.over.add(own.runId);
    await this.clock.sleep(plan.lasts);
    await this.stop(outcome, index);
    this.over.add(own.runId);
  }

  private async start(plan: NamedStart, index: number): Promise<Started | Failure | 'killed'> {
    const fate = new Fate(this.clock, this.random, this.story.latencyMs);
    const entries: JournalEntry[] = [];
    const cancel = new AbortController();
    let isDead = false;
    const killed = new Promise<'killed'>((resolve) => {
      if (!plan.fate) return;
      const { kind, after } = plan.fate;
      if (kind === 'cancel')
        this.clock.after(after, () => cancel.abort(new Failure('cancelled', 'Canceled.', { hint: 'h' })));
      this.clock.after(after + (kind === 'cancel' ? 10_000 : 0), () => {
        isDead = true;
        fate.kill();
        resolve('killed');
      });
    });
    const request = aRequest({
      run: runOf(index),
      startId: `${index}`.repeat(8),
      label: `label-${index}`,
      machineName: NAME,
      whenRunning: plan.whenRunning,
    });
    const main = startRunners(request, {
      ...this.portsOf(fate),
      journal: { record: (entry) => void (isDead || entries.push(entry)) },
      signal: cancel.signal,
      bootScripts: { agent: '', installRunner: '', aptWhenFree: '' },
      mask: () => undefined,
      ...lateParts,
    });
    const outcome = await Promise.race([main.catch((error: unknown) => error), killed]);
    if (outcome instanceof Error && !(outcome instanceof Failure)) throw outcome;
    const last = entries.at(-1);
    const hasPost = !(outcome === 'killed' && plan.fate?.kind === 'gone');
    if (hasPost && last?.state === 'started')
      await rollBack(
        Created.fromJournal(last, request.run),
        this.portsOf(new Fate(this.clock, this.random, this.story.latencyMs)),
      );
    return outcome as Started | Failure | 'killed';
  }

  /** The stop of a run, with the label and the ids that its start put out. */
  private async stop({ joined, instances }: Started, index: number): Promise<void> {
    const ports = this.portsOf(new Fate(this.clock, this.random, this.story.latencyMs));
    const stopped = await stopRunners(
      {
        run: runOf(index),
        label: joined?.label ?? `label-${index}`,
        instanceIds: instances.map(({ instance }) => instance.id),
        all: false,
        runnerName: undefined,
        wait: false,
      },
      { ...ports, gitHubOf: async () => ports.github, signal: new AbortController().signal },
    );
    if (joined && stopped.instances.length > 0) this.broken.push(`the stop of run ${index} ends what it joined`);
  }

  private boot({ id, tags }: Instance): void {
    const { state } = this.ec2.instances.find((one) => one.id === id)!;
    const runner = this.github.listed.find(({ name }) => name === tags[TAG.runnerName]);
    if (state !== 'pending' && state !== 'running') return;
    if (!runner) return this.ec2.end(id);
    this.github.connect(runner.name);
  }

  private portsOf(fate: Fate) {
    const [ec2, github] = [fate.bind<FakeEc2>(this.ec2), fate.bind<FakeGitHub>(this.github)];
    const known = new Proxy(github, {
      get: (target, name) =>
        name === 'readRunAttempt'
          ? async (_: string, runId: string) => (this.over.has(runId) ? 'completed' : 'active')
          : (Reflect.get(target, name) as unknown),
    });
    return { ec2, ec2In: async () => ec2, github: known, clock: fate.bindClock(), log: quiet };
  }
}

function describe(outcome: Started | 'killed'): NamedOutcome {
  if (outcome === 'killed') return 'killed';
  return outcome.joined ? 'joined' : 'started';
}

function runOf(index: number): typeof run {
  return { ...run, runId: String(100 + index) };
}
