import { Failure, type FailureCode } from '../../../src/core/kernel/failure.js';
import { TAG } from '../../../src/core/kernel/identity.js';
import type { Instance } from '../../../src/core/ports/ec2.js';
import type { JournalEntry } from '../../../src/core/ports/process.js';
import { reap, refuseIncomplete } from '../../../src/core/reap/reap.js';
import { Created } from '../../../src/core/start/created.js';
import { rollBack } from '../../../src/core/start/roll-back.js';
import { startRunners } from '../../../src/core/start/start.js';
import { stopRunners } from '../../../src/core/stop/stop.js';
import { FakeClock } from '../../worlds/fake-clock.js';
import { FakeEc2 } from '../../worlds/fake-ec2.js';
import { FakeGitHub } from '../../worlds/fake-github.js';
import { quiet } from '../../worlds/log.js';
import { createRandom, Fate } from '../../worlds/random.js';
import { aRequest, run } from '../../worlds/requests.js';
import { IDLE_MS, InterleavedMachines } from './interleaved-machines.js';
import { createReaperClouds } from './interleaved-reaper.js';
import type { Story } from './interleaved-story.js';
import { lateParts } from '../../worlds/late-parts.js';

const HOME = { owner: 'octo-org', repo: 'octo-repo' };
const GRACE_MS = 1_800_000;

/** Plays one story in a world in memory. */
export class Interleaving {
  readonly broken: string[] = [];
  private readonly clock = new FakeClock();
  readonly ec2: FakeEc2;
  readonly github = new FakeGitHub();
  readonly machines: InterleavedMachines;
  private readonly random: () => number;
  private readonly processes: Promise<void>[] = [];
  private readonly stopped = new Set<string>();
  private isOver = false;

  constructor(private readonly story: Story) {
    const { invisibleMs, seed } = story;
    this.ec2 = new FakeEc2({ clock: this.clock, timeline: { invisibleMs } });
    this.machines = new InterleavedMachines({ clock: this.clock, ec2: this.ec2, github: this.github });
    this.random = createRandom(seed);
  }

  /** @returns the invariants that were broken, one sentence each */
  async play(): Promise<readonly string[]> {
    const { starts, jobs, stops, reaps, faults } = this.story;
    for (const [index, start] of starts.entries()) this.at(start.at, () => this.start(start, index));
    for (const stop of stops) this.at(stop.at, () => this.stop(runOf(stop.run)));
    for (const at of reaps) this.at(at, () => this.reap());
    for (const job of jobs) this.clock.after(job.at, () => this.takeJob(job.lasts));
    for (const fault of faults) this.clock.after(fault.at, () => this.fail(fault));
    await Promise.all(this.processes);
    await this.end();
    return this.broken;
  }

  private at(ms: number, act: () => Promise<void>): void {
    this.processes.push(this.clock.sleep(ms).then(act));
  }

  /** A start with what ends it early, and its post step. */
  private async start(plan: Story['starts'][number], index: number): Promise<void> {
    const fate = this.newFate();
    const cancel = new AbortController();
    const entries: JournalEntry[] = [];
    const request = aRequest({ ...plan, run: runOf(plan.run), startId: `${index}`.repeat(8), label: `label-${index}` });
    let isDead = false;
    const killed = new Promise<'killed'>((resolve) => {
      if (plan.fate === 'none') return;
      if (plan.fate === 'cancel') this.clock.after(plan.after, () => cancel.abort(failure('cancelled')));
      this.clock.after(plan.after + (plan.fate === 'cancel' ? 10_000 : 0), () => {
        isDead = true;
        fate.kill();
        resolve('killed');
      });
    });
    const main = startRunners(request, {
      ...this.portsOf(fate),
      journal: { record: (entry) => void (isDead || entries.push(entry)) },
      signal: cancel.signal,
      bootScripts: { agent: '#!/bin/bash\nagent', installRunner: '#!/bin/bash\ninstall', aptWhenFree: '' },
      mask: () => undefined,
      ...lateParts,
    });
    const outcome = await Promise.race([main.catch((error: unknown) => error), killed]);
    if (outcome instanceof Error && !(outcome instanceof Failure)) this.broken.push(`a bug: ${outcome.stack}`);
    if (typeof outcome === 'object' && 'instances' in outcome!) this.checkStart(request, plan);
    if (this.launchedBy(request.startId).length > plan.count) this.broken.push(`start ${index} launched too many`);
    const last = entries.at(-1);
    if (outcome === 'killed' && plan.fate === 'gone') return;
    const left =
      last?.state === 'started'
        ? await rollBack(Created.fromJournal(last, request.run), this.portsOf(this.newFate()))
        : [];
    if (last?.state !== 'confirmed' && left.length === 0) this.checkGone(request.startId);
  }

  /** A clean-up that succeeded leaves nothing. Only a registration that was on its way when its process died may come later. */
  private checkGone(startId: string): void {
    const live = this.launchedBy(startId).filter(({ id }) => this.machines.isLive(id));
    if (live.length > 0) this.broken.push(`${live.length} instances live on after the post step`);
    const listed = this.github.listed.filter(({ name }) => name.includes(`-${startId}-`));
    if (listed.length > 0 && this.story.latencyMs === 0)
      this.broken.push(`${listed[0]!.name} is listed after the post`);
  }

  private checkStart({ startId, run: { runId } }: ReturnType<typeof aRequest>, { count, waitFor }: Story['starts'][0]) {
    if (this.stopped.has(runId)) return;
    const instances = this.launchedBy(startId);
    // A runner that has had its job is rightly gone, with its instance.
    const good = instances.filter((one) => {
      const runner = this.machines.runnerOf(one);
      return !runner || (this.machines.isLive(one.id) && (waitFor === 'launched' || runner.status === 'online'));
    });
    if (good.length !== count) this.broken.push(`a start succeeds with ${good.length} of ${count} runners`);
  }

  private async stop(whose: typeof run): Promise<void> {
    this.stopped.add(whose.runId);
    const ports = this.portsOf(this.newFate());
    const request = { run: whose, label: undefined, instanceIds: [], all: false, runnerName: undefined, wait: false };
    await this.allowFailure(
      stopRunners(request, { ...ports, gitHubOf: async () => ports.github, signal: new AbortController().signal }),
    );
  }

  private async reap(): Promise<void> {
    const fate = this.newFate();
    const { ec2, github } = createReaperClouds(this, () => (this.isOver ? 'completed' : 'active'));
    const request = { reach: { kind: 'repo', home: HOME }, graceMs: GRACE_MS, dryRun: false } as const;
    const gitHubOf = async () => fate.bind(github);
    const { signal } = new AbortController();
    const ports = { regions: [fate.bind(ec2)], gitHubOf, clock: fate.bindClock(), log: quiet, signal };
    await this.allowFailure(reap(request, ports).then(refuseIncomplete));
  }

  /** A waiting runner gets a job. Afterwards GitHub removes the runner, and its instance ends. */
  private takeJob(lasts: number): void {
    const idle = this.ec2.instances.find((one) => {
      const runner = this.machines.isLive(one.id) ? this.machines.runnerOf(one) : undefined;
      return runner?.status === 'online' && !runner.busy;
    });
    const name = idle && this.machines.runnerOf(idle)?.name;
    if (name === undefined) return;
    this.github.goBusy(name);
    this.clock.after(lasts, () => {
      if (this.github.listed.some((one) => one.name === name)) this.github.finish(name);
    });
  }

  private fail({ of, method, code, afterEffect }: Story['faults'][number]): void {
    if (this.isOver) return;
    if (of === 'lost registration') this.github.loseNextRegistration(afterEffect ? 'after' : 'before');
    else if (of === 'ec2')
      this.ec2.fault(method as 'launch', { error: failure(code), afterEffect: afterEffect && !isRefusal(code) });
    else this.github.failNext(method as 'readRunner', failure(code));
  }

  /** From here on nothing fails, and everything that is left must be removed. */
  private async end(): Promise<void> {
    this.isOver = true;
    this.ec2.heal();
    this.github.heal();
    const { ending } = this.story;
    if (ending === 'stop') for (const one of [0, 1]) await this.stop(runOf(one));
    // Jobs that still run end by themselves.
    await this.clock.sleep(IDLE_MS + GRACE_MS + 3_600_000);
    // A runner whose instance no stop has found stays registered, with a warning, until its run is completed.
    const isLeft = ending === 'stop' && this.github.listed.length > 0;
    if (ending === 'reap' || isLeft) await this.reap();
    const live = this.ec2.instances.filter(({ id }) => this.machines.isLive(id));
    for (const { id } of live) this.broken.push(`${id} is still there`);
    if (ending === 'timers') return;
    for (const { name } of this.github.listed) this.broken.push(`${name} is still listed`);
  }

  private launchedBy(startId: string): readonly Instance[] {
    return this.ec2.instances.filter(({ tags }) => tags[TAG.start] === startId);
  }

  private newFate(): Fate {
    return new Fate(this.clock, this.random, this.story.latencyMs);
  }

  private portsOf(fate: Fate) {
    const [ec2, github] = [fate.bind<FakeEc2>(this.ec2), fate.bind<FakeGitHub>(this.github)];
    return { ec2, ec2In: async () => ec2, github, clock: fate.bindClock(), log: quiet };
  }

  private async allowFailure(promise: Promise<unknown>): Promise<void> {
    await promise.catch((error: unknown) => {
      if (!(error instanceof Failure))
        this.broken.push(`a bug: ${error instanceof Error ? error.stack : String(error)}`);
    });
  }
}

function runOf(index: number): typeof run {
  return { ...run, runId: String(77 + (index % 2)) };
}

/** A request that is refused has no effect. */
function isRefusal(code: FailureCode): boolean {
  return code === 'aws-not-authorized';
}

function failure(code: FailureCode): Failure {
  return new Failure(code, `${code} on purpose`, { hint: 'h' });
}
