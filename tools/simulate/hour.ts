import { lateParts } from '../../actions/late-parts.js';
import { loadStart } from '../../actions/start-request.js';
import { powerOff } from '../../sandbox/ec2/rules/lifecycle.js';
import type { GitHubOptions } from '../../sandbox/github/github.js';
import { Failure } from '../../src/core/kernel/failure.js';
import { TAG } from '../../src/core/kernel/identity.js';
import type { BootScripts } from '../../src/core/machine/payload.js';
import type { Journal } from '../../src/core/ports/process.js';
import { startRunners } from '../../src/core/start/start.js';
import { refuseUnstopped, stopRunners } from '../../src/core/stop/stop.js';
import { createRandom } from '../../test/worlds/random.js';
import { drawArrivals, HOUR_MS } from './arrivals.js';
import { Clouds } from './clouds.js';
import { Ledger, type Balance } from './ledger.js';
import { makeContext, quiet, type Place } from './process.js';
import { VirtualTime } from './virtual-time.js';

export interface Hour {
  readonly starts: number;
  /** The number of starts that begin at one moment. */
  readonly batch: number;
  readonly jobMs: number;
  readonly inputs: Readonly<Record<string, string>>;
  readonly requestsAnHour: number;
  readonly apps: number;
  readonly regions: number;
  readonly secondaryLimits: NonNullable<GitHubOptions['secondaryLimits']>;
  readonly seed: number;
  readonly bootScripts: BootScripts;
}

/** The result of one start. */
export interface Ended {
  /** From the begin of the start until its runner is online, in s; absent if it never is. */
  readonly toOnline?: number;
  /** The code of the failure. */
  readonly failure?: string;
  readonly stopFailure?: string;
}

export interface Outcome {
  readonly ended: readonly Ended[];
  readonly balance: Balance;
}

/** From launch until the runner is online. */
export const BOOT_MS = 20_000;
const LOOK_MS = 5_000;
/** Longer than the longest shutdown. */
const DRAIN_MS = 120_000;
/** From the end of the job until the stop job runs. */
const STOP_AFTER_MS = 10_000;

/** Simulates an hour of starts, each with its job and its stop, until the last stop has ended. */
export async function simulateHour(hour: Hour): Promise<Outcome> {
  const time = new VirtualTime();
  const random = createRandom(hour.seed);
  const restore = installAll(time, random);
  try {
    const ledger = new Ledger();
    const clouds = new Clouds({ time, ledger, random, ...hour });
    await clouds.open();
    const world = new SimulatedHour(hour, { time, clouds });
    const arrivals = drawArrivals(hour.starts, hour.batch, random);
    const ended = await time.run(Promise.all(arrivals.map((at, index) => world.live(index, at))));
    // Instances that no stop terminated end by their own limits.
    await time.run(time.sleep(hour.jobMs + DRAIN_MS));
    for (const github of clouds.gitHubs) github.close();
    return { ended, balance: ledger.close() };
  } finally {
    restore();
  }
}

/** Replaces time and randomness of the whole process, also where neither is injected, so that an hour can be repeated. */
function installAll(time: VirtualTime, random: () => number): () => void {
  const [restoreTime, real] = [time.install(), Math.random];
  Math.random = random;
  return () => {
    Math.random = real;
    restoreTime();
  };
}

class SimulatedHour {
  private readonly onlineAt = new Map<string, number>();
  private readonly never = new AbortController().signal;

  constructor(
    private readonly hour: Hour,
    private readonly parts: { readonly time: VirtualTime; readonly clouds: Clouds },
  ) {}

  /** Runs one start, its job and its stop. */
  async live(index: number, at: number): Promise<Ended> {
    const { time } = this.parts;
    await time.sleep(at);
    const beganAt = time.now();
    const place = this.choosePlace(index);
    const outcome = await this.start(place).catch((error: unknown) => codeOf(error));
    const isFailed = typeof outcome === 'string';
    if (!isFailed) await this.untilJobIsDone(outcome.instance);
    await time.sleep(STOP_AFTER_MS);
    const stopping = this.stop({ ...place, ...(isFailed ? {} : outcome) });
    const stopFailure = await stopping.catch((error: unknown) => codeOf(error));
    const onlineAt = isFailed ? undefined : this.onlineAt.get(outcome.instance);
    return {
      ...(onlineAt !== undefined && { toOnline: (onlineAt - beganAt) / 1000 }),
      ...(isFailed && { failure: outcome }),
      ...(stopFailure !== undefined && { stopFailure }),
    };
  }

  /** The starts use the repositories and the regions in turn. */
  private choosePlace(index: number): Place {
    const { gitHubs, ec2s } = this.parts.clouds;
    const github = gitHubs[index % gitHubs.length]!;
    return { github, context: makeContext(index, github), ec2: ec2s[index % ec2s.length]! };
  }

  private async start(place: Place): Promise<{ label: string; instance: string }> {
    const { time, clouds } = this.parts;
    const { context, github } = place;
    const given = { ...this.hour.inputs, 'github-token': github.token };
    const raw = Object.fromEntries(Object.entries(given).map(([name, text]) => [name, { text }]));
    const loaded = await loadStart(raw, context, { connect: () => clouds.connectGitHub(github) });
    const journal: Journal = { record: ({ instances }) => this.boot(instances.at(-1)?.id, place) };
    const ports = {
      ...(await this.makePorts(place)),
      github: loaded.github,
      journal,
      bootScripts: this.hour.bootScripts,
    };
    const { instances } = await startRunners(loaded.request, { ...ports, ...lateParts, clock: time, mask: () => {} });
    return { label: loaded.request.label, instance: instances[0]!.instance.id };
  }

  private readonly booting = new Set<string>();

  /** The instance as the clouds see it: its runner comes online and runs one job, then the instance is gone. */
  private boot(instance: string | undefined, { github, ec2 }: Place): void {
    if (instance === undefined || this.booting.has(instance)) return;
    this.booting.add(instance);
    const { time } = this.parts;
    const record = ec2.instance(instance);
    const runner = Number(record.tags.get(TAG.runnerId));
    const isRegistered = (): boolean => github.runners().some(({ id }) => id === runner);
    time.after(BOOT_MS, () => {
      if (record.state !== 'running') return;
      // "The runner registration has been deleted": the agent powers off.
      if (!isRegistered()) return powerOff(ec2, record);
      const connection = github.connectRunner(runner);
      this.onlineAt.set(instance, time.now());
      time.after(this.hour.jobMs, () => {
        connection.disconnect();
        if (isRegistered()) github.loseJob(runner);
        powerOff(ec2, record);
      });
    });
  }

  private async untilJobIsDone(instance: string): Promise<void> {
    const { time } = this.parts;
    const bound = time.now() + BOOT_MS + HOUR_MS;
    while (!this.onlineAt.has(instance) && time.now() < bound) await time.sleep(LOOK_MS);
    const onlineAt = this.onlineAt.get(instance);
    if (onlineAt !== undefined) await time.sleep(Math.max(0, onlineAt + this.hour.jobMs - time.now()));
  }

  private async stop(details: StopDetails): Promise<undefined> {
    const { context, github, label, instance } = details;
    const request = { run: context, label, instanceIds: instance === undefined ? [] : [instance], wait: false };
    const asked = { ...request, all: false, runnerName: undefined };
    const gitHubOf = () => this.parts.clouds.connectGitHub(github);
    refuseUnstopped(await stopRunners(asked, { ...(await this.makePorts(details)), gitHubOf }));
  }

  /** The ports of every process. */
  private async makePorts({ ec2: { region: home } }: Place) {
    const { time, clouds } = this.parts;
    const ec2 = await clouds.connectEc2(home);
    const ec2In = async (region: string) => (region === home ? ec2 : clouds.connectEc2(region));
    return { ec2, ec2In, clock: time, log: quiet, signal: this.never };
  }
}

interface StopDetails extends Place {
  /** The outputs of a start that succeeded. */
  readonly label?: string;
  readonly instance?: string;
}

/** The code of a failure of the product. Any other error is a bug of the simulation. */
function codeOf(error: unknown): string {
  if (!(error instanceof Failure)) throw error;
  return error.code;
}
