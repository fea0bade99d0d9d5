import { INVISIBLE_BOUND_MS } from '../instances/end-instances.js';
import { isOff } from '../instances/states.js';
import type { Clock } from '../kernel/clock.js';
import { Failure } from '../kernel/failure.js';
import { groupByRegion } from '../kernel/region.js';
import type { Ec2ByRegion, Instance } from '../ports/ec2.js';
import type { GitHub, Runner } from '../ports/github.js';
import type { Log } from '../ports/process.js';
import type { Startup } from './request.js';
import { listOffline, type StartedInstance, type StartedRunner } from './started.js';
import { describeDeath, describeRemoval, describeTimeout } from './watch-failures.js';

export interface WatchPorts {
  readonly ec2In: Ec2ByRegion;
  readonly github: GitHub;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

interface Pending {
  readonly started: StartedInstance;
  resolve(): void;
  reject(error: unknown): void;
}

/** Outages and rate limits: the watch goes on, until its own timeout. */
const PASSING: readonly string[] = ['github-unreachable', 'github-rate-limited', 'aws-unreachable', 'aws-throttled'];

/** No new instance boots within this time. */
const BOOT_MS = 7_000;
/** No claimed instance boots within this time. Its disk has been read before, so it is read faster. */
const RESUME_MS = 2_500;

/**
 * Milliseconds until the next request to GitHub, by milliseconds since the last launch. No instance boots within 7 s. A
 * runner is seen half an interval late on average, and a request costs one of 900 points a minute; {@link GitHub.pace}
 * slows this down where many share a token.
 */
export function runnerCadence(elapsed: number, soonest = BOOT_MS): number {
  if (elapsed < soonest) return soonest - elapsed;
  if (elapsed < 15_000) return 1_000;
  return elapsed < 90_000 ? 1_200 : 5_000;
}

/**
 * Milliseconds until the next request to EC2, by milliseconds since the last launch. EC2 only shows whether an instance
 * is running and still alive.
 */
export function instanceCadence(elapsed: number): number {
  if (elapsed < 5_000) return 5_000 - elapsed;
  return elapsed < 12_000 ? 7_000 : 10_000;
}

/** Watches any number of instances come up. One series of requests serves them all. */
export class Watch {
  private readonly pending = new Set<Pending>();
  private running = false;
  /** Codes of outages that have been logged. */
  private readonly loggedOutages = new Set<string>();

  constructor(
    private readonly ports: WatchPorts,
    private readonly startup: Pick<Startup, 'startupTimeoutMs' | 'runningMs'>,
    /** The number of runners of the whole start. A single runner is read by its id, several by one listing. */
    private readonly runnerCount: number,
  ) {}

  /**
   * Resolves when GitHub reports all of the instance's runners online.
   *
   * @throws Failure `instance-died`, `runner-removed`, `startup-timeout`; GitHub's refusals at once, outages and rate
   *   limits only as the timeout; the signal's reason when aborted
   */
  async untilOnline(started: StartedInstance): Promise<void> {
    const done = new Promise<void>((resolve, reject) => {
      this.pending.add({ started, resolve, reject });
    });
    if (!this.running) {
      this.running = true;
      // Both ways out settle every pending promise, so none is left floating.
      void this.run().then(
        () => (this.running = false),
        (error: unknown) => this.rejectAll(error),
      );
    }
    return done;
  }

  private async run(): Promise<void> {
    const { clock, signal, github } = this.ports;
    let askRunners = clock.now() + this.untilNextLook();
    let askInstances = clock.now() + instanceCadence(this.age());
    while (this.pending.size > 0) {
      const due = Math.min(askRunners, askInstances, this.nextDeadline());
      await clock.sleep(Math.max(0, due - clock.now()), signal);
      if (clock.now() >= askInstances) {
        await this.patiently(this.lookAtInstances());
        askInstances = clock.now() + instanceCadence(this.age());
      }
      if (this.pending.size > 0 && clock.now() >= askRunners) {
        await this.patiently(this.lookAtRunners());
        askRunners = clock.now() + this.untilNextLook() * github.pace;
      }
      this.giveUpOverdue();
    }
  }

  private async lookAtInstances(): Promise<void> {
    const { clock, ec2In } = this.ports;
    const perRegion = await Promise.all(
      [...groupByRegion(this.all())].map(async ([region, some]) => {
        const ids = some.map(({ instance }) => instance.id);
        return (await ec2In(region)).describeInstances(ids, 'glance');
      }),
    );
    for (const instance of perRegion.flat()) {
      const entry = [...this.pending].find(({ started }) => started.instance.id === instance.id);
      if (!entry) continue;
      if (instance.state === 'running') entry.started.runningAt ??= clock.now();
      if (isDead(instance, entry.started, clock.now())) this.settle(entry, describeDeath(entry.started, instance));
    }
  }

  private async lookAtRunners(): Promise<void> {
    const { github } = this.ports;
    const isUnregistered = this.all().some((started) => listOffline(started).some(({ id }) => id === undefined));
    const listed = this.runnerCount > 1 || isUnregistered ? await github.listRunners('glance') : [];
    const byId = new Map(listed.map((one) => [one.id, one]));
    const byName = new Map(isUnregistered ? listed.map((one) => [one.name, one]) : []);
    for (const entry of this.pending) {
      for (const runner of listOffline(entry.started)) {
        const { id, name } = runner;
        // A listing can lag behind a registration: only the runner's own address proves that it is gone.
        const find = async () => byId.get(id!) ?? github.readRunner(id!, 'glance');
        this.noteRunner(entry, runner, id === undefined ? byName.get(name) : await find());
      }
    }
  }

  private noteRunner(entry: Pending, runner: StartedRunner, found: Runner | undefined): void {
    if (found === undefined && runner.id !== undefined) this.settle(entry, describeRemoval(runner));
    runner.id ??= found?.id;
    if (found?.status !== 'online' && found?.busy !== true) return;
    runner.onlineAt = this.ports.clock.now();
    entry.started.runningAt ??= runner.onlineAt;
    if (listOffline(entry.started).length === 0) this.settle(entry);
  }

  private giveUpOverdue(): void {
    for (const entry of this.pending) {
      if (this.ports.clock.now() < this.deadlineOf(entry.started)) continue;
      this.settle(entry, describeTimeout(entry.started, this.startup));
    }
  }

  /** Logs an outage or a rate limit once, and otherwise ignores it. */
  private async patiently(look: Promise<void>): Promise<void> {
    try {
      await look;
    } catch (error) {
      if (!(error instanceof Failure) || !PASSING.includes(error.code)) throw error;
      if (!this.loggedOutages.has(error.code)) this.ports.log.info(`${error.message} Waiting for it to pass.`);
      this.loggedOutages.add(error.code);
    }
  }

  private settle(entry: Pending, failure?: Failure): void {
    this.pending.delete(entry);
    if (failure) entry.reject(failure);
    else entry.resolve();
  }

  private rejectAll(error: unknown): void {
    this.running = false;
    for (const entry of this.pending) entry.reject(error);
    this.pending.clear();
  }

  private all(): StartedInstance[] {
    return [...this.pending].map(({ started }) => started);
  }

  /** Milliseconds since the last launch. So requests stay rare while further instances are being launched. */
  private age(): number {
    return this.ports.clock.now() - Math.max(...this.all().map(({ launchedAt }) => launchedAt));
  }

  private untilNextLook(): number {
    return runnerCadence(this.age(), this.all().some(({ resumed }) => resumed) ? RESUME_MS : BOOT_MS);
  }

  private nextDeadline(): number {
    return Math.min(...this.all().map((started) => this.deadlineOf(started)));
  }

  private deadlineOf({ launchedAt, runningAt }: StartedInstance): number {
    const { startupTimeoutMs, runningMs } = this.startup;
    if (runningMs === undefined) return launchedAt + startupTimeoutMs;
    return (runningAt ?? launchedAt + runningMs) + startupTimeoutMs;
  }
}

/**
 * Whether the instance has ended. For some seconds EC2 may still report a claimed instance as stopped, although it has
 * accepted the request to start it.
 */
function isDead(instance: Instance, { resumed, launchedAt }: StartedInstance, now: number): boolean {
  return isOff(instance) && !(resumed && instance.state === 'stopped' && now - launchedAt < INVISIBLE_BOUND_MS);
}
