import { setTimeout as wait } from 'node:timers/promises';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.js';
import { runStep, type StepResult } from '../../sandbox/step.js';
import { ours } from './contenders.js';
import { compare, type Figure } from './figures.js';
import { measuredNode } from './node.js';
import { withSandbox, type AtEnd } from './sandboxes.js';
import { bringOnline, readPeak, reportPeak } from './start.js';
import { p95, worst } from './statistics.js';
import { tally } from './traffic.js';

interface WaveOptions {
  /** Processes at a time. */
  readonly waves: readonly number[];
  /** The number of starts of the largest wave in all. The other waves run once. */
  readonly total: number;
  readonly print: (sentence: string) => void;
}

interface WaveStart {
  readonly result: StepResult;
  readonly peakMiB: number;
}

interface Measured {
  readonly size: number;
  readonly waves: number;
  readonly starts: readonly WaveStart[];
  /** The duration of each wave, in s. */
  readonly walls: readonly number[];
  readonly requests: number;
  readonly refused: number;
  readonly pointsInBusiestMinute: number;
}

const BOOT_MS = 20_000;
const RUNNING_MS = 5_000;
const MEMORY_BAR_MIB = 120;
/** In production each start has a machine of its own. Here the starting Node processes would block each other. */
const STAGGER_MS = 100;
/**
 * GitHub's documented limits, read strictly: the 80 creations a minute are documented for "content-generating requests",
 * and `generate-jitconfig` may not be one. The 15,000 requests an hour are those of an App in an Enterprise Cloud
 * organization.
 * Source: "Rate limits for the REST API".
 */
const SECONDARY_LIMITS = { pointsPerMinute: 900, creationsPerMinute: 80 };
const REQUESTS_AN_HOUR = 15_000;

/** Measures more and more processes that each start one runner, under all documented throttles of EC2 and GitHub. */
export async function measureWaves({ waves, total, print }: WaveOptions): Promise<Figure[]> {
  const largest = Math.max(...waves);
  const figures: Figure[] = [];
  for (const size of waves) {
    const times = size === largest ? Math.ceil(total / size) : 1;
    print(`Waves: ${times} of ${size} starts at a time.`);
    figures.push(...describe(await measureSize(size, times, print)));
  }
  return figures;
}

async function measureSize(size: number, waves: number, print: WaveOptions['print']): Promise<Measured> {
  const timeline = { pendingMs: RUNNING_MS };
  const github = { secondaryLimits: SECONDARY_LIMITS };
  return withSandbox(startSandbox({ machines: false, throttle: true, timeline, github }), async (sandbox, atEnd) => {
    Object.assign(sandbox.github.rateLimit, { limit: REQUESTS_AN_HOUR, remaining: REQUESTS_AN_HOUR });
    const simulation = bringOnline(sandbox, ours, BOOT_MS);
    const starts: WaveStart[] = [];
    const walls: number[] = [];
    for (let number = 0; number < waves; number += 1) {
      const began = performance.now();
      starts.push(...(await Promise.race([runWave(sandbox, { size, number, atEnd }), simulation])));
      walls.push((performance.now() - began) / 1000);
      const failed = starts.filter(({ result }) => result.code !== 0);
      print(`  wave ${number + 1} of ${waves}: ${walls.at(-1)!.toFixed(0)} s, ${failed.length} failed so far.`);
      for (const { result } of failed.slice(0, 3)) print(`    ${describeFailure(result)}`);
    }
    const { throttled, pointsInBusiestMinute } = tally(sandbox.requests);
    const refused = throttled + sandbox.requests.filter((one) => one.service === 'github' && one.status === 403).length;
    return { size, waves, starts, walls, requests: sandbox.requests.length, refused, pointsInBusiestMinute };
  });
}

interface Wave {
  readonly size: number;
  readonly number: number;
  readonly atEnd: AtEnd;
}

async function runWave(sandbox: Sandbox, { size, number, atEnd }: Wave): Promise<WaveStart[]> {
  const runs = Array.from({ length: size }, async (_, index) => {
    await wait(index * STAGGER_MS);
    const place = { GITHUB_RUN_ID: `${1000 + number}`, GITHUB_JOB: `start-${index}` };
    const result = await runStep({
      script: ours.script,
      inputs: { ...ours.inputs, 'github-token': sandbox.token, 'startup-timeout-minutes': '10' },
      environment: { ...sandbox.environment, ...place, NODE_OPTIONS: reportPeak },
      node: measuredNode,
      onStart: (kill) => atEnd(() => kill('SIGKILL')),
    });
    return { result, peakMiB: readPeak(result) };
  });
  return Promise.all(runs);
}

function describe({ size, waves, starts, walls, requests, refused, pointsInBusiestMinute }: Measured): Figure[] {
  const of = size === 1 ? 'a lone start' : `${waves > 1 ? `${waves} waves of ` : ''}${size} starts at a time`;
  const plain = (id: string, measure: string, value: number) =>
    ({ id: `${id}-${size}`, measure, value, unit: '' }) as const;
  const series = [{ name: ours.name, samples: starts }] as const;
  const timed = (id: string, measure: string) => ({ id: `${id}-${size}`, measure, unit: 's' }) as const;
  const memory = { id: `waves-memory-${size}`, measure: '  largest peak memory of a process', unit: 'MiB' } as const;
  return [
    { ...plain('waves-failed', `Failed of ${of}`, starts.filter(({ result }) => result.code !== 0).length), bar: 0 },
    compare({ ...memory, bar: MEMORY_BAR_MIB }, series, (one) => one.peakMiB, worst),
    compare(timed('waves-wall', '  wall time of a wave'), [{ name: ours.name, samples: walls }], (seconds) => seconds),
    compare(timed('waves-step', '  of a start'), series, (one) => one.result.seconds),
    compare(timed('waves-step-p95', '  the same, 95th percentile'), series, (one) => one.result.seconds, p95),
    plain('waves-requests', '  requests per start', requests / starts.length),
    plain('waves-refused', '  of them refused: "slower"', refused / starts.length),
    plain('waves-points', '  GitHub points tried in the busiest minute', pointsInBusiestMinute),
  ];
}

function describeFailure({ lines, code }: StepResult): string {
  return lines.findLast((line) => line.startsWith('::error'))?.slice(0, 300) ?? `exit code ${code}`;
}
