/** `npm run lab -- storm`: 100 starts at once from ten runs, against clouds that throttle; half are cancelled. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.js';
import { runStep, type Step, type StepResult } from '../../sandbox/step.js';
import { readOrExit } from '../../src/terminal/command-line.js';
import { value, wholeNumber } from '../../src/terminal/options.js';
import { findNode24 } from '../node24/nodes.js';
import { environment, factor, realNow } from './accelerate.mjs';
import { Machines } from './machines.js';
import { createRandom, shuffle } from '../worlds/random.js';
import { measureRates } from './rates.js';

const dist = new URL('../../dist/', import.meta.url);
const barrier = new URL('barrier.mjs', import.meta.url);
const STARTS = 100;
const RUNS = 10;
/** What EC2 admits of everything but launches: the account has other users. */
const SHARED_PER_SECOND = 12;
/** The cancellations fall into this time from the beginning, in ms. */
const CANCEL_WITHIN_MS = 120_000;

interface Start {
  readonly index: number;
  readonly cancelAt: number | undefined;
  result?: StepResult;
  post?: StepResult;
  seconds?: number;
}

class Storm {
  private readonly folder = mkdtempSync(join(tmpdir(), 'ci-actions-storm-'));
  private readonly gate = join(this.folder, 'open');
  private readonly machines: Machines;
  private openedAt = 0;

  constructor(
    private readonly sandbox: Sandbox,
    private readonly starts: readonly Start[],
  ) {
    this.machines = new Machines(sandbox);
  }

  /** Every start with its post step; all begin at one moment. */
  async rage(): Promise<void> {
    const jobs = this.starts.map((start) => this.runJob(start));
    // Their Node is up and their bundle loaded when no process takes to the processor any more.
    await new Promise((done) => setTimeout(done, 30_000 * factor));
    this.openedAt = Date.now();
    writeFileSync(this.gate, '');
    for (const { cancelAt, index } of this.starts) if (cancelAt !== undefined) this.cancel(index, cancelAt);
    await Promise.all(jobs);
  }

  /** @returns whether all is as it should be */
  async tell(): Promise<boolean> {
    const live = () => this.sandbox.ec2.instances().filter(({ state }) => state === 'pending' || state === 'running');
    const good = this.starts.filter(({ result }) => result?.code === 0);
    const meant = this.starts.filter(({ cancelAt }) => cancelAt === undefined);
    const failed = meant.filter(({ result }) => result?.code !== 0);
    const ours = new Set(good.map(({ result }) => result!.outputs['ec2-instance-id']));
    const leaked = live().filter(({ id }) => !ours.has(id)).length;
    const ghosts = this.sandbox.github.runners().length - good.length;
    const times = good.map(({ seconds }) => seconds!).sort((one, other) => one - other);
    const [first, median, last] = [times[0], times[times.length >> 1], times.at(-1)].map((one) => one?.toFixed(0));
    console.log(`${STARTS} starts, ${STARTS - meant.length} of them to be cancelled; ${good.length} came up.`);
    console.log(`Not cancelled and failed: ${failed.length}. Leaked: ${leaked} instances, ${ghosts} runners.`);
    console.log(`Came up after ${first} s (first), ${median} s (median), ${last} s (last).`);
    for (const { index, result } of failed) console.log(`  start ${index}: ${lastWords(result)}`);
    // A post step that says that something is left is followed by a stop job.
    const unfinished = this.starts.filter(({ post }) => post?.code !== 0);
    for (const { index, post } of unfinished) console.log(`  post step ${index}: ${lastWords(post)}`);
    for (const line of measureRates(this.sandbox.requests, SHARED_PER_SECOND)) console.log(line);
    await this.stopAll([...good, ...unfinished]);
    const left = live().length + this.sandbox.github.runners().length;
    console.log(`Left after a stop for each: ${left}.`);
    return failed.length + leaked + left === 0 && ghosts <= unfinished.length && good.length >= meant.length;
  }

  async close(): Promise<void> {
    this.machines.close();
    await this.sandbox.close();
    rmSync(this.folder, { recursive: true });
  }

  private readonly kills = new Map<number, (signal: NodeJS.Signals) => void>();

  private async runJob(start: Start): Promise<void> {
    start.result = await this.run(start.index, 'start-runner.js', {
      inputs: { 'startup-timeout-minutes': '10' },
      onStart: (kill) => this.kills.set(start.index, kill),
    });
    start.seconds = (Date.now() - this.openedAt) / 1000;
    start.post = await this.run(start.index, 'start-runner-post.js', { inputs: {}, state: start.result.state });
  }

  private cancel(index: number, at: number): void {
    const sequence = { SIGINT: 0, SIGTERM: 7_500, SIGKILL: 10_000 } as const;
    for (const [signal, ms] of Object.entries(sequence)) {
      setTimeout(() => this.kills.get(index)?.(signal as NodeJS.Signals), at + ms);
    }
  }

  private async stopAll(starts: readonly Start[]): Promise<void> {
    const queue = starts.values();
    const lanes = Array.from({ length: 8 }, async () => {
      for (const { index, result } of queue) {
        const { label = '', 'ec2-instance-id': id = '' } = result!.outputs;
        await this.run(index, 'stop-runner.js', { inputs: { label, 'ec2-instance-id': id } });
      }
    });
    await Promise.all(lanes);
  }

  private run(index: number, script: string, more: Pick<Step, 'inputs' | 'state' | 'onStart'>): Promise<StepResult> {
    const place = { GITHUB_RUN_ID: String(1000 + (index % RUNS)), GITHUB_JOB: `start-${Math.floor(index / RUNS)}` };
    const hold = {
      NODE_OPTIONS: `${environment['NODE_OPTIONS']} --import=${barrier.href}`,
      FAULTS_BARRIER: this.gate,
      FAULTS_BUNDLE: new URL('chunks/start-runner.js', dist).href,
    };
    return runStep({
      ...more,
      script: fileURLToPath(new URL(script, dist)),
      node: findNode24(),
      inputs: { 'github-token': this.sandbox.token, ...more.inputs },
      environment: { ...this.sandbox.environment, ...environment, ...hold, ...place },
    });
  }
}

function drawStarts(seed: number): Start[] {
  const random = createRandom(seed);
  const all = [...Array(STARTS).keys()];
  const cancelled = new Set(shuffle(all, seed).slice(0, STARTS / 2));
  return all.map((index) => ({ index, cancelAt: cancelled.has(index) ? random() * CANCEL_WITHIN_MS : undefined }));
}

function lastWords(result: StepResult | undefined): string {
  return result?.lines.findLast((line) => line.startsWith('::error::'))?.slice(0, 300) ?? `exit code ${result?.code}`;
}

const began = realNow();
const { values } = readOrExit({
  command: 'npm run lab -- storm',
  description: '100 starts at once from ten runs, against clouds that throttle. Half of the starts are canceled.',
  options: { seed: value('The draw to repeat. Default: a new one, which is printed.', wholeNumber(0, 999_999)) },
});
const seed = values.seed ?? Math.floor(Math.random() * 1_000_000);
const sandbox = await startSandbox({
  machines: false,
  throttle: { sharedPerSecond: SHARED_PER_SECOND },
  timeline: { pendingMs: 6_000, shuttingDownMs: 20_000 },
  github: { secondaryLimits: { pointsPerMinute: 900, creationsPerMinute: 80 } },
});
console.log(`Seed ${seed}.`);
const storm = new Storm(sandbox, drawStarts(seed));
await storm.rage();
process.exitCode = (await storm.tell()) ? 0 : 1;
await storm.close();
console.log(`Run time: ${((realNow() - began) / 1000).toFixed(0)} s on a clock ${factor} times as fast.`);
process.exit();
