/** Judgements of invented runs, and of figures that real programs wrote. */
import type { Figure } from '../../src/core/figures/figure.js';
import { findChangePoints } from '../../src/core/judge/change-points.js';
import { compareSamples, type Comparison } from '../../src/core/judge/compare.js';
import { conclude } from '../../src/core/judge/conclusion.js';
import { judgeNewest } from '../../src/core/judge/newest.js';
import { readThresholds } from '../../src/core/judge/threshold.js';
import { judgeRun } from '../../src/core/judge/verdict.js';
import type { JudgedMetric, Judgement } from '../../src/core/judgement/judgement.js';
import type { Plot } from '../../src/core/judgement/plots.js';
import { createRandom } from './random.js';

const DAY_MS = 86_400_000;
export const NOW = Date.UTC(2026, 1, 10, 23, 40);
const LIMITS = { minimumChange: 0.02, confidence: 0.99, minSamples: 5 };
const FAIL_ON = new Set(['threshold', 'regression', 'missing', 'problem'] as const);

/** A metric of an invented run. */
export interface InventedMetric {
  readonly name: string;
  readonly unit?: string;
  readonly better?: 'lower' | 'higher';
  /** The newest value last. With it, the metric has a history. */
  readonly runs?: readonly number[];
  /** The machine type of each run. Default: all on one. */
  readonly machines?: readonly string[];
  readonly base?: readonly number[];
  /** Without a history, the samples of the run. */
  readonly head?: readonly number[];
}

export interface Invented {
  readonly metrics: readonly InventedMetric[];
  readonly thresholds?: Readonly<Record<string, string>>;
  readonly unusable?: readonly { readonly name: string; readonly given: string }[];
  readonly more?: Partial<Judgement>;
}

/** What judge-results says of an invented run. */
export function judge({ metrics, thresholds = {}, unusable = [], more = {} }: Invented): Judgement {
  const verdicts = judgeRun({
    figures: metrics.map(toFigure),
    unusable,
    thresholds: readThresholds(Object.entries(thresholds)),
    comparisons: new Map(metrics.flatMap((metric) => compare(metric).map((one) => [metric.name, one] as const))),
  });
  const byName = new Map(metrics.map((metric) => [metric.name, metric]));
  return {
    name: 'shop',
    conclusion: conclude(verdicts, {
      failOn: FAIL_ON,
      requireThresholds: Object.keys(thresholds).length > 0,
      problems: more.problems ?? [],
    }),
    metrics: verdicts.map((verdict) => ({ verdict, ...describe(byName.get(verdict.name)) })),
    problems: [],
    notes: [],
    comparedWith: '38 runs of main',
    machine: { type: 'm7g.xlarge', image: 'ami-0123456789abcdef0', kernel: '6.8.0-1021-aws' },
    commit: '4f1c0de9a7b6c5d4e3f2a1b0c9d8e7f6a5b4c3d2',
    at: NOW,
    ...more,
  };
}

function toFigure({ name, unit, better, runs, head }: InventedMetric): Figure {
  const samples = head ?? runs?.slice(-1) ?? [1];
  return { name, samples, ...(unit !== undefined && { unit }), ...(better && { better }) };
}

function compare({ base, head, runs, machines }: InventedMetric): readonly Comparison[] {
  if (base && head) return [compareSamples(base, head, LIMITS)];
  if (!runs) return [];
  const history = runs.map((value, at) => ({ value, machine: machines?.[at] ?? 'm7g.xlarge' }));
  return [judgeNewest(history, { minimumChange: 0.02, metrics: 1, newest: 1 })];
}

function describe(metric: InventedMetric | undefined): Omit<JudgedMetric, 'verdict'> {
  if (!metric) return { changes: [] };
  const { name, unit, better, runs, machines, base, head } = metric;
  const typeOf = (at: number): string => machines?.[at] ?? 'm7g.xlarge';
  const points = (runs ?? []).map((value, at) => ({
    id: `run-${at}`,
    at: NOW - (runs!.length - 1 - at) * DAY_MS,
    commit: `${(at * 7_919 + 11).toString(16).padStart(7, '0')}c0ffee`,
    machine: { type: typeOf(at) },
    value,
  }));
  const facts = { name, ...(unit !== undefined && { unit }), ...(better && { better }) };
  const history = points.map(({ value }, at) => ({ value, machine: typeOf(at) }));
  return {
    ...(better && { better }),
    ...(runs && { series: { ...facts, points, foreign: 0 } }),
    changes: runs ? findChangePoints(history, { minimumChange: 0.02, metrics: 1 }) : [],
    ...(base &&
      head && {
        sides: [
          { label: 'base', samples: base },
          { label: 'head', samples: head },
        ],
      }),
  };
}

/** Values around levels, as a benchmark measures them: `noise` 0.01 deviates by about 1 %. */
export function around(levels: readonly number[], noise: number, seed: number): number[] {
  const random = createRandom(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return levels.map((level) => Number((level * (1 + noise * normal())).toPrecision(5)));
}

export const steady = (level: number, runs: number): number[] => Array.from({ length: runs }, () => level);

/** A run with one metric of each state. */
export function mixedRun(more: Partial<Judgement> = {}): Judgement {
  return judge({
    metrics: [
      {
        name: 'checkout.latency.p99',
        unit: 's',
        better: 'lower',
        runs: around([...steady(0.31, 22), ...steady(0.28, 15), 0.372], 0.012, 3),
      },
      {
        name: 'search.latency.p50',
        unit: 's',
        better: 'lower',
        runs: around([...steady(0.041, 37), 0.047], 0.01, 5),
        machines: Array.from({ length: 38 }, (_, at) => (at % 5 === 2 ? 'c7g.xlarge' : 'm7g.xlarge')),
      },
      { name: 'throughput', unit: '1/s', better: 'higher', runs: around(steady(1_830, 38), 0.01, 8) },
      { name: 'memory.peak', unit: 'bytes', better: 'lower', runs: around([...steady(4.1e8, 37), 3.5e8], 0.006, 9) },
      { name: 'queue.depth', runs: around([...steady(12, 37), 17], 0.01, 10) },
      { name: 'errors', head: [0] },
      { name: 'startup', unit: 'ms', better: 'lower', runs: around(steady(840, 38), 0.02, 11) },
    ],
    unusable: [{ name: 'gpu.utilization', given: 'NaN' }],
    thresholds: {
      'checkout.*p99': '< 0.35',
      throughput: 'lambda x: x > (1500 * 1.1)',
      'cache.hits': '> 0.9',
      errors: '== 0',
    },
    more: {
      notes: ['4 runs on c7g.4xlarge are left out: their figures cannot be compared with those of m7g.xlarge.'],
      ...more,
    },
  });
}

/** Base and head, measured in turn on one machine. */
export function interleavedRun(more: Partial<Judgement> = {}): Judgement {
  const sides = (base: number, head: number, seed: number) => ({
    base: around(steady(base, 7), 0.01, seed),
    head: around(steady(head, 7), 0.01, seed + 50),
  });
  return judge({
    metrics: [
      { name: 'parse', unit: 'ms', better: 'lower', ...sides(12.1, 13.6, 21) },
      { name: 'render', unit: 'ms', better: 'lower', ...sides(48.2, 43.9, 22) },
      { name: 'write', unit: 'ms', better: 'lower', ...sides(7.7, 7.71, 23) },
      { name: 'bundle', unit: 'bytes', better: 'lower', base: steady(1_304_227, 7), head: steady(1_304_227, 7) },
    ],
    more: { comparedWith: '7 runs of base, in turn with 7 of head', ...more },
  });
}

/** A metric of a run with very many. */
export function plainMetric(name: string, more: Partial<JudgedMetric['verdict']> = {}): JudgedMetric {
  return { verdict: { name, state: 'passed', reasons: ['It passes.'], value: 1, ...more }, changes: [] };
}

export const plotOf = (metric: string, size: number): Plot => ({
  metric,
  kind: 'history',
  file: `${metric}.svg`,
  svg: `<svg>${'x'.repeat(size)}</svg>`,
});
