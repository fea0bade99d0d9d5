import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startSandbox } from '../../sandbox/sandbox.js';
import { runStep } from '../../sandbox/step.js';
import { ours, type Contender } from './contenders.js';
import { accompany, compare, type Figure, type Series } from './figures.js';
import { measuredNode } from './node.js';
import { withSandbox } from './sandboxes.js';
import { measureStart, readPeak, reportPeak, type StartSample } from './start.js';
import { median, p95, spreadEvenly } from './statistics.js';

export interface OverheadOptions {
  /** In s. */
  readonly boots: readonly number[];
  readonly starts: number;
  readonly peers: readonly Contender[];
  readonly print: (sentence: string) => void;
}

const [MEDIAN_BAR_S, P95_BAR_S] = [1, 2];
const MEMORY_BAR_MIB = 70;
const RUNNING_MS = 5_000;
/** A multiple of the intervals at which the contenders poll (1 s, 1.5 s), so that registrations fall into all phases of them. */
export const SPREAD_MS = 3_000;
/** Processes that start at the same moment would disturb each other on a machine with few cores. */
const STAGGER_MS = 400;

/** The first contender is ours. */
type AllSeries = readonly [Series<StartSample>, ...Series<StartSample>[]];

/** Measures the time that a start adds to the boot of the instance, for each boot, and the memory of a start. */
export async function measureOverhead(options: OverheadOptions): Promise<Figure[]> {
  const figures: Figure[] = [];
  let series: AllSeries | undefined;
  for (const boot of options.boots) {
    options.print(`Start overhead: ${options.starts} starts of each, with a boot of ${boot} s.`);
    series = await startAll(boot * 1000, options);
    figures.push(...describeBoot(boot, series));
  }
  if (!series) return figures;
  return [...figures, await describeMemory(series)];
}

/** The starts of all contenders in turn, side by side, each in its own sandbox. */
async function startAll(onlineMs: number, { starts, peers }: OverheadOptions): Promise<AllSeries> {
  const offsets = spreadEvenly(starts, SPREAD_MS);
  const contenders = [ours, ...peers];
  const measure = async (contender: Contender, place: number): Promise<Series<StartSample>> => {
    const runningMs = Math.min(RUNNING_MS, onlineMs / 2);
    const samples = offsets.map(async (offset, index) => {
      await wait((index * contenders.length + place) * STAGGER_MS);
      const onlineAfterMs = Math.max(runningMs, onlineMs + offset);
      const boot = contender === ours ? 'agent' : 'simulated';
      return measureStart(contender, { runningMs, onlineMs: onlineAfterMs, boot });
    });
    return { name: contender.name, samples: await Promise.all(samples) };
  };
  return Promise.all([measure(ours, 0), ...peers.map((peer, index) => measure(peer, index + 1))]);
}

function describeBoot(boot: number, series: AllSeries): Figure[] {
  const online = median(series[0].samples.map((sample) => sample.boot)).toFixed(1);
  const measure = `Start, beyond its boot of ${boot} s (seen: ${online} s)`;
  const details = (id: string, text: string) => ({ id: `${id}-${boot}`, measure: text, unit: 's' }) as const;
  return [
    compare({ ...details('start-overhead', measure), bar: MEDIAN_BAR_S }, series, ({ overhead }) => overhead),
    compare(
      { ...details('start-overhead-p95', '  the same, 95th percentile'), bar: P95_BAR_S },
      series,
      ({ overhead }) => overhead,
      p95,
    ),
    compare(details('start-notice', '  of it after the runner is online'), series, ({ notice }) => notice),
  ];
}

async function describeMemory(series: AllSeries): Promise<Figure> {
  const times = series[0].samples.length;
  const bare = [
    accompany("bare Node's one request", await measureMemory('bare-request.mjs', times)),
    accompany('an empty program', await measureMemory('empty.mjs', times)),
  ];
  const details = { id: 'peak-memory', measure: 'Peak memory of a start', unit: 'MiB', bar: MEMORY_BAR_MIB } as const;
  const figure = compare(details, series, ({ peakMiB }) => peakMiB);
  return { ...figure, beside: [...bare, ...(figure.beside ?? [])] };
}

/** The peak memory of a program in this folder, in MiB. */
async function measureMemory(program: string, times: number): Promise<number[]> {
  return withSandbox(startSandbox({ machines: false }), async ({ environment }) => {
    const peaks: number[] = [];
    const script = fileURLToPath(new URL(program, import.meta.url));
    const step = { script, inputs: {}, environment: { ...environment, NODE_OPTIONS: reportPeak }, node: measuredNode };
    while (peaks.length < times) peaks.push(readPeak(await runStep(step)));
    return peaks;
  });
}
