/** `npm run test:storm`: 100 starts at once from ten runs against clouds that throttle, half of them cancelled. */
import { fileURLToPath } from 'node:url';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.js';
import { runStep, type StepResult } from '../../sandbox/step.js';
import { findNode24 } from '../node24/nodes.js';
import { environment, factor, realNow } from './accelerate.mjs';
import { Machines } from './machines.js';
import { createRandom, shuffle } from './random.js';
import { measureRates } from './rates.js';

const dist = fileURLToPath(new URL('../../dist/', import.meta.url));
const node = findNode24();
const STARTS = 100;
const RUNS = 10;
/** The cancellations fall into this time from the beginning, in ms. */
const CANCEL_WITHIN_MS = 120_000;
const [, , seedGiven = String(Math.floor(Math.random() * 1_000_000))] = process.argv;

interface Start {
  readonly index: number;
  readonly cancelAt: number | undefined;
  result?: StepResult;
  onlineAt?: number;
}

function drawStarts(seed: number): Start[] {
  const random = createRandom(seed);
  const order = shuffle([...Array(STARTS).keys()], seed);
  const cancelled = new Set(order.slice(0, STARTS / 2));
  return [...Array(STARTS).keys()].map((index) => ({
    index,
    cancelAt: cancelled.has(index) ? random() * CANCEL_WITHIN_MS : undefined,
  }));
}

function runIn(sandbox: Sandbox, index: number, script: string, more: Partial<Parameters<typeof runStep>[0]>) {
  const place = { GITHUB_RUN_ID: String(1000 + (index % RUNS)), GITHUB_JOB: `start-${Math.floor(index / RUNS)}` };
  return runStep({
    script: dist + script,
    node,
    inputs: { 'github-token': sandbox.token, ...more.inputs },
    environment: { ...sandbox.environment, ...environment, ...place },
    ...(more.state && { state: more.state }),
    ...(more.onStart && { onStart: more.onStart }),
  });
}

/** One job: the start, cancelled or not, and its post step. */
async function runJob(sandbox: Sandbox, start: Start): Promise<void> {
  const began = Date.now();
  const { index, cancelAt } = start;
  start.result = await runIn(sandbox, index, 'start-runner.js', {
    inputs: { 'startup-timeout-minutes': '10' },
    onStart(kill) {
      if (cancelAt === undefined) return;
      setTimeout(() => kill('SIGINT'), cancelAt);
      setTimeout(() => kill('SIGTERM'), cancelAt + 7_500);
      setTimeout(() => kill('SIGKILL'), cancelAt + 10_000);
    },
  });
  start.onlineAt = (Date.now() - began) / 1000;
  await runIn(sandbox, index, 'start-runner-post.js', { state: start.result.state });
}

function stop(sandbox: Sandbox, { index, result }: Start): Promise<StepResult> {
  const { label = '', 'ec2-instance-id': id = '' } = result?.outputs ?? {};
  return runIn(sandbox, index, 'stop-runner.js', { inputs: { label, 'ec2-instance-id': id } });
}

const began = realNow();
const seed = Number(seedGiven);
const sandbox = await startSandbox({
  machines: false,
  throttle: true,
  timeline: { pendingMs: 4_000, shuttingDownMs: 5_000 },
  github: { secondaryLimits: { pointsPerMinute: 900, creationsPerMinute: 80 } },
});
const machines = new Machines(sandbox);
const starts = drawStarts(seed);
await Promise.all(starts.map((start) => runJob(sandbox, start)));

const live = () => sandbox.ec2.instances().filter(({ state }) => state === 'pending' || state === 'running');
const good = starts.filter(({ result }) => result?.code === 0);
const uncancelled = starts.filter(({ cancelAt }) => cancelAt === undefined);
const failed = uncancelled.filter(({ result }) => result?.code !== 0);
const wanted = new Set(good.map(({ result }) => result!.outputs['ec2-instance-id']));
const leaked = live().filter(({ id }) => !wanted.has(id));
const missing = [...wanted].filter((id) => !live().some((one) => one.id === id));
const ghosts = sandbox.github.runners().length - good.length;
const times = good.map(({ onlineAt }) => onlineAt!).sort((one, other) => one - other);
console.log(`Seed ${seed}: ${STARTS} starts, ${STARTS - uncancelled.length} to be cancelled; ${good.length} came up.`);
console.log(`Not cancelled and failed: ${failed.length}. Leaked: ${leaked.length} instances, ${ghosts} runners.`);
console.log(
  `Online after ${times[0]?.toFixed(0)} s (first), ${times[times.length >> 1]?.toFixed(0)} s (median), ${times.at(-1)?.toFixed(0)} s (last).`,
);
for (const { index, result } of failed) console.log(`  start ${index}: ${result?.lines.at(-1)?.slice(0, 300)}`);
for (const line of measureRates(sandbox.requests)) console.log(line);
const stops: (number | null)[] = [];
const queue = good.values();
await Promise.all(
  [...Array(8)].map(async () => {
    for (const start of queue) stops.push((await stop(sandbox, start)).code);
  }),
);
const left = live().length + sandbox.github.runners().length;
console.log(`Stops that failed: ${stops.filter((code) => code !== 0).length}; left after them: ${left}.`);
console.log(`Run time: ${((realNow() - began) / 1000).toFixed(0)} s on a clock ${factor} times as fast.`);
machines.close();
await sandbox.close();
process.exitCode = failed.length + leaked.length + ghosts + missing.length + left === 0 ? 0 : 1;
