import { fileURLToPath } from 'node:url';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.js';
import { runStep, type StepResult } from '../../sandbox/step.js';
import { findNode24 } from '../node24/nodes.js';
import { abandonVolume, openSpotRequest } from '../process/leftovers.js';
import { environment } from './accelerate.mjs';
import { Belongings } from './belongings.js';
import { Disturbance } from './faults.js';
import type { Cell, Config } from './cells.js';
import { Machines } from './machines.js';
import { LEFT_BEHIND_MS, register, settleIn } from './neighbours.js';

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
export class World extends Belongings {
  readonly machines: Machines;
  readonly steps: StepRun[] = [];
  /** When each of our instances and runners was gone, on the machines' clock. */
  readonly endings: number[] = [];
  /** Instances of a pool whose time was over from the beginning. */
  readonly overdue: string[] = [];
  /** While the rival acts, what ends is its own. */
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
    const sandbox = await startSandbox({ machines: false, timeline: { pendingMs: 4_000, shuttingDownMs: 2_000 } });
    await settleIn(sandbox);
    const world = new World(sandbox, config);
    if (config.listsLate) world.hide(UNLISTED_MS);
    return world;
  }

  async close(): Promise<void> {
    this.machines.close();
    await this.sandbox.close();
  }

  /** The run is over, and what only a sweep takes away is there, too: a ghost, a volume, a spot request. */
  async completeRun(): Promise<void> {
    const { ec2, github, environment: env } = this.sandbox;
    const run = github.runs.get(github.runId)!;
    Object.assign(run, { status: 'completed', conclusion: 'failure' });
    const { GITHUB_RUN_ID: ourRun = '' } = env;
    await register(this.sandbox, github.repository, { name: `ec2-${ourRun}-1-start-0000000a-0` });
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
