import * as advice from '../kernel/advice.js';
import { Failure } from '../kernel/failure.js';
import { INVISIBLE_BOUND_MS } from '../instances/end-instances.js';
import { isOff } from '../instances/states.js';
import type { Clock } from '../kernel/clock.js';
import type { Ec2ByRegion, Instance } from '../ports/ec2.js';
import type { GitHub, Runner } from '../ports/github.js';
import type { Log } from '../ports/process.js';
import { groupByRegion } from '../kernel/region.js';

/** A launched runner and what has been seen of it; times in epoch ms. */
export interface Watched {
  readonly runner: { readonly id: number; readonly name: string };
  readonly instance: Instance;
  readonly region: string;
  readonly launchedAt: number;
  /** It had booted before, and comes back sooner than it was made. */
  readonly resumed?: true;
  runningAt?: number;
  onlineAt?: number;
}

export interface WatchPorts {
  readonly ec2In: Ec2ByRegion;
  readonly github: GitHub;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

interface Pending {
  readonly watched: Watched;
  resolve(): void;
  reject(error: unknown): void;
}

/** These pass by themselves: a wait goes on, until its own bound. */
const PASSING: readonly string[] = ['github-unreachable', 'github-rate-limited', 'aws-unreachable', 'aws-throttled'];

const BOOT_MS = 7_000;
/** A disk that has been read before is soon read again. */
const RESUME_MS = 2_500;

/**
 * Milliseconds until GitHub is asked again, by milliseconds since the last launch. Nothing boots in 7 s; a runner is
 * seen half an interval late on average, and a question costs one of 900 points a minute: {@link GitHub.pace} slows
 * this down where a token is shared by many.
 */
export function runnerCadence(elapsed: number, soonest = BOOT_MS): number {
  if (elapsed < soonest) return soonest - elapsed;
  if (elapsed < 15_000) return 1_000;
  return elapsed < 90_000 ? 1_200 : 5_000;
}

/** The same for EC2, which is only asked whether the instance is running and whether it still lives. */
export function instanceCadence(elapsed: number): number {
  if (elapsed < 5_000) return 5_000 - elapsed;
  return elapsed < 12_000 ? 7_000 : 10_000;
}

/** Watches any number of runners come up with one stream of questions, however many there are. */
export class Watch {
  private readonly pending = new Map<number, Pending>();
  private running = false;
  /** Outages that the log has. */
  private readonly passing = new Set<string>();

  constructor(
    private readonly ports: WatchPorts,
    private readonly timeoutMs: number,
    /** Known beforehand: one runner is asked for by its id, several by one listing. */
    private readonly expected: number,
  ) {}

  /**
   * Resolves when GitHub says that this runner is online.
   *
   * @throws Failure `instance-died`, `runner-removed`, `startup-timeout`; GitHub's refusals at once, its
   *   outages and rate limits only by the timeout; the signal's reason when aborted
   */
  async untilOnline(watched: Watched): Promise<void> {
    const done = new Promise<void>((resolve, reject) => {
      this.pending.set(watched.runner.id, { watched, resolve, reject });
    });
    if (!this.running) {
      this.running = true;
      // Both ways out settle every pending promise, so nothing is left floating.
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
        await this.patiently(() => this.lookAtInstances());
        askInstances = clock.now() + instanceCadence(this.age());
      }
      if (this.pending.size > 0 && clock.now() >= askRunners) {
        await this.patiently(() => this.lookAtRunners());
        askRunners = clock.now() + this.untilNextLook() * github.pace;
      }
      this.giveUpOverdue();
    }
  }

  private async lookAtInstances(): Promise<void> {
    const perRegion = await Promise.all(
      [...groupByRegion(this.all())].map(async ([region, some]) => {
        const ids = some.map(({ instance }) => instance.id);
        return (await this.ports.ec2In(region)).describeInstances(ids, 'glance');
      }),
    );
    for (const instance of perRegion.flat()) {
      const entry = [...this.pending.values()].find(({ watched }) => watched.instance.id === instance.id);
      if (!entry) continue;
      if (instance.state === 'running') entry.watched.runningAt ??= this.ports.clock.now();
      if (isDead(instance, entry.watched, this.ports.clock.now()))
        this.settle(entry, describeDeath(instance, entry.watched));
    }
  }

  private async lookAtRunners(): Promise<void> {
    const { github } = this.ports;
    const listed =
      this.expected > 1 ? new Map((await github.listRunners('glance')).map((one) => [one.id, one])) : undefined;
    for (const entry of this.pending.values()) {
      const { id } = entry.watched.runner;
      // A listing can lag behind a registration: only the runner's own address says that it is gone.
      this.judge(entry, listed?.get(id) ?? (await github.readRunner(id, 'glance')));
    }
  }

  private judge(entry: Pending, runner: Runner | undefined): void {
    const { watched } = entry;
    if (runner === undefined) this.settle(entry, describeRemoval(watched));
    if (runner?.status !== 'online' && runner?.busy !== true) return;
    watched.onlineAt = this.ports.clock.now();
    watched.runningAt ??= watched.onlineAt;
    this.settle(entry);
  }

  private giveUpOverdue(): void {
    for (const entry of this.pending.values()) {
      const { launchedAt, runner, instance } = entry.watched;
      if (this.ports.clock.now() < launchedAt + this.timeoutMs) continue;
      const minutes = this.timeoutMs / 60_000;
      this.settle(
        entry,
        new Failure(
          'startup-timeout',
          `Runner ${runner.name} was not online ${minutes} min after ${instance.id} was launched.`,
          {
            hint: `Read the console in the log above. If the instance does not reach GitHub, ${advice.OPEN_WAY_OUT}. ${advice.RAISE_STARTUP_TIMEOUT}`,
          },
        ),
      );
    }
  }

  /** An outage or a rate limit is said once and waited out. */
  private async patiently(look: () => Promise<void>): Promise<void> {
    try {
      await look();
    } catch (error) {
      if (!(error instanceof Failure) || !PASSING.includes(error.code)) throw error;
      if (!this.passing.has(error.code)) this.ports.log.info(`${error.message} Waiting for it to pass.`);
      this.passing.add(error.code);
    }
  }

  private settle(entry: Pending, failure?: Failure): void {
    this.pending.delete(entry.watched.runner.id);
    if (failure) entry.reject(failure);
    else entry.resolve();
  }

  private rejectAll(error: unknown): void {
    this.running = false;
    for (const entry of this.pending.values()) entry.reject(error);
    this.pending.clear();
  }

  private all(): Watched[] {
    return [...this.pending.values()].map(({ watched }) => watched);
  }

  /** Since the last launch: while further ones are on their way, questions are few, however many there are. */
  private age(): number {
    return this.ports.clock.now() - Math.max(...this.all().map(({ launchedAt }) => launchedAt));
  }

  private untilNextLook(): number {
    return runnerCadence(this.age(), this.all().some(({ resumed }) => resumed) ? RESUME_MS : BOOT_MS);
  }

  private nextDeadline(): number {
    return Math.min(...this.all().map(({ launchedAt }) => launchedAt + this.timeoutMs));
  }
}

/** EC2 may go on for some seconds to say `stopped` of what it has agreed to start. */
function isDead(instance: Instance, { resumed, launchedAt }: Watched, now: number): boolean {
  return isOff(instance) && !(resumed && instance.state === 'stopped' && now - launchedAt < INVISIBLE_BOUND_MS);
}

function describeDeath(instance: Instance, watched: Watched): Failure {
  const reason = instance.stateReason ? ` (${instance.stateReason})` : '';
  const spot = instance.stateReason?.includes('Spot') === true;
  return new Failure(
    'instance-died',
    `Instance ${instance.id} is ${instance.state}${reason} before runner ${watched.runner.name} was online.`,
    {
      hint: spot ? advice.REPLACE_SPOT : advice.READ_CONSOLE,
    },
  );
}

function describeRemoval(watched: Watched): Failure {
  return new Failure(
    'runner-removed',
    `GitHub no longer knows runner ${watched.runner.name}, which was never seen online.`,
    {
      hint: `Something removed it: another job with the same label that ran first, a person, or GitHub itself (actions/runner#4726). ${advice.LEAVE_LABEL_EMPTY}`,
    },
  );
}
