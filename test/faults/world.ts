import { fileURLToPath } from 'node:url';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.js';
import { runStep, type StepResult } from '../../sandbox/step.js';
import { findNode24 } from '../node24/nodes.js';
import { LeftBehind } from '../worlds/sandbox/left-behind.js';
import { abandonVolume, openSpotRequest } from '../worlds/sandbox/leftovers.js';
import { environment } from './accelerate.mjs';
import type { Cell, Config } from './cell.js';
import { Disturbance } from './faults.js';
import { Machines } from './machines.js';
import { LEFT_BEHIND_MS, registerRunner, settleIn } from './neighbors.js';
import { settleVolume, settleVolumeBeside } from './volume-world.js';

const dist = fileURLToPath(new URL('../../dist/', import.meta.url));
const node = findNode24();
const compileCache = fileURLToPath(new URL('../../build/faults/compile-cache', import.meta.url));
/** The longest that a step may take, in ms of the accelerated clock. */
const HUNG_MS = 20 * 60_000;

/** When EC2 lists the hidden instances to a post step or a fill, in ms: before the step gives up. */
const LATE_LISTING_MS = 15_000;
/** In ms. A new volume is listed after a second. */
const TIMELINE = {
  pendingMs: 4_000,
  shuttingDownMs: 2_000,
  volumeMs: 1_000,
  volumeInvisibleMs: 1_000,
  snapshotMs: 10_000,
};
/** Longer than any cell lasts: launched instances stay hidden until {@link World.hide} shows them. */
const UNLISTED_MS = 2 * 3_600_000;

export type StepName = 'start-runner' | 'start-runner-post' | 'stop-runner' | 'reap-runners' | 'fill-pool';

/** A step's result, its requests and the fault. */
export interface StepRun extends StepResult {
  readonly name: StepName;
  readonly endedAt: number;
  readonly requests: readonly string[];
  readonly struck: boolean;
  /** False when the runner died before the step, so that the step's last lines were not logged. */
  readonly heard: boolean;
}

/** One account and one repository, which also hold others' instances and runners that no step may touch. */
export class World extends LeftBehind {
  readonly machines: Machines;
  readonly steps: StepRun[] = [];
  /** When each of our instances and runners was gone, on the instances' clock. */
  readonly endings: number[] = [];
  /** Instances of a pool that had expired from the beginning. */
  readonly overdue: string[] = [];
  /** The data volume that earlier runs have left. */
  earlierVolume: string | undefined;
  /** While the rival runs a step, every instance that ends is the rival's. */
  private isRivalsTurn = false;

  private constructor(
    sandbox: Sandbox,
    readonly config: Config,
  ) {
    super(sandbox);
    this.machines = new Machines(sandbox);
    sandbox.on((event) => {
      const isEnding = ENDINGS.has(event.name) && !this.isRivalsTurn;
      if (isEnding && !('instance' in event && this.isOthers(event.instance))) {
        this.endings.push(this.machines.timers.now());
      }
    });
  }

  static async create(config: Config): Promise<World> {
    const sandbox = await startSandbox({ machines: false, timeline: TIMELINE });
    await settleIn(sandbox);
    settleVolumeBeside(sandbox);
    const world = new World(sandbox, config);
    if (config.volume) {
      world.earlierVolume = settleVolume(sandbox, config.volume);
      world.disown();
    }
    if (config.listsLate) world.hide(UNLISTED_MS);
    return world;
  }

  async close(): Promise<void> {
    this.machines.close();
    await this.sandbox.close();
  }

  /** Completes the run and adds leftovers that only a sweep removes: a ghost, a volume, a spot request. */
  async completeRun(): Promise<void> {
    const { ec2, github, environment: env } = this.sandbox;
    const run = github.runs.get(github.runId)!;
    Object.assign(run, { status: 'completed', conclusion: 'failure' });
    const { GITHUB_RUN_ID: ourRun = '' } = env;
    await registerRunner(this.sandbox, github.repository, { name: `ec2-${ourRun}-1-start-0000000a-0` });
    const leftover = {
      tags: { 'ci-actions:repository': github.repository },
      createdAt: Date.now() - LEFT_BEHIND_MS,
    };
    abandonVolume(ec2, leftover);
    openSpotRequest(ec2, leftover);
  }

  /**
   * Sets how long EC2 does not list a launched instance, in ms. In reality these are seconds, and here the worst ones:
   * EC2 lists the instance only after stop-runner has looked for it once, or after a post step has for 15 s.
   */
  hide(ms: number): void {
    (this.sandbox.ec2.timeline as { invisibleMs: number }).invisibleMs = ms;
  }

  /** Runs a step as GitHub does. `at` is the fault that disturbs it. */
  async run(name: StepName, from: StepFrom) {
    let heard = true;
    this.isRivalsTurn = from.environment !== undefined;
    let kill: (how: NodeJS.Signals | 'hang up') => void = () => undefined;
    const prelude = new Disturbance(from.before, (signal) => kill(signal));
    const disturbance = new Disturbance(from.at, (signal) => kill(signal));
    this.sandbox.intercept = (request) => {
      if (name === 'stop-runner' && disturbance.seen.includes('DescribeInstances#1')) this.hide(0);
      // The requests of the prelude do not count as requests of the disturbed part.
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
