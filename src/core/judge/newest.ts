import { FEWEST_BEFORE, findChangePoints, SIDE, type HistoryLimits } from './change-points.js';
import { moveOutliers, readSeries, toUnit, type HistoryRun, type HistorySeries } from './history-series.js';
import { errorOfDifference, measureNoise, standardize } from './noise.js';
import { correctLimit, quantileOfTail } from './normal.js';
import { testRanks } from './rank-test.js';
import { relativeChange } from './relative-change.js';
import { median } from '../figures/statistics.js';
import { middleMean } from './sample-statistics.js';

export interface NewestLimits extends HistoryLimits {
  /** How many of the newest runs are judged together. The more, the smaller a change is seen. */
  readonly newest: number;
}
/** Whether the newest runs are at another level than those before them. */
export type NewestAnswer =
  | {
      readonly outcome: 'change' | 'no-change';
      readonly before: number;
      readonly after: number;
      /** Undefined if {@link before} is 0. */
      readonly relative?: number;
      /** Of 99 % confidence, in the same form. */
      readonly interval?: readonly [number, number];
      readonly z: number;
      /** The number of runs that the newest are compared with. */
      readonly runs: number;
    }
  | { readonly outcome: 'undecided'; readonly reason: string; readonly runs: number };

/** The limit of z, and from how many newest runs on their ranks must be unusual, too. Measured, as in change-points.ts. */
const UNUSUAL = 3.1;
export const FEWEST_RANKED = 3;
export const UNUSUAL_RANKS = 0.01;
const CONFIDENCE = quantileOfTail(0.005);

/**
 * Compares the newest runs with those before, from the last change point on. A history that once became slower does not
 * hide that it becomes slower again.
 *
 * @param runs oldest first, the newest included
 */
export function judgeNewest(runs: readonly HistoryRun[], limits: NewestLimits): NewestAnswer {
  const { newest, minimumChange } = limits;
  const earlier = runs.slice(0, -newest);
  const start = findChangePoints(earlier, { minimumChange, metrics: 1 }).at(-1)?.run ?? 0;
  const series = readSeries(runs.slice(start));
  const count = series.runs.filter((index) => index >= earlier.length - start).length;
  const size = series.values.length - count;
  if (size < FEWEST_BEFORE) return { outcome: 'undecided', reason: describeTooFew(runs, size, start), runs: size };
  const moved = count < FEWEST_RANKED ? series.values : moveOutliers(series.values);
  const before = moveOutliers(series.values.subarray(0, size));
  const after = moved.subarray(size);
  const noise = measureNoise(Float64Array.from([...before, ...after]), [0, size, size + count]);
  const isKnown = count === 1 && wasSeen(series.values.subarray(0, size), series.values[size]!);
  return answerNewest(series, limits, {
    before: series.values.subarray(0, size),
    after: series.values.subarray(size),
    difference: middleMean(after) - middleMean(before),
    error: errorOfDifference(noise, [Math.min(size, SIDE), count]),
    isUnusual: count < FEWEST_RANKED ? !isKnown : testRanks(before, after).p < UNUSUAL_RANKS,
  });
}

/**
 * A single value that was there so often before is none of a new level: some metrics have two levels, and some changed a
 * few runs ago.
 */
const SEEN = 2;
/** In so short a history, once is enough. */
const FEW = 20;
/** The distance from the middle, as a share of the newest run's, from which on a run is like it. */
const LIKE_IT = 0.8;

/** Whether earlier runs were as far away as the newest one, on the same side. */
function wasSeen(before: Float64Array, newest: number): boolean {
  const middle = median(before);
  const limit = middle + LIKE_IT * (newest - middle);
  const isFar = (value: number): boolean => (newest > middle ? value >= limit : value <= limit);
  return before.filter(isFar).length >= (before.length < FEW ? 1 : SEEN);
}

/** What the newest runs and those before show, in the scale of the series. */
export interface Levels {
  /** The values, with outliers. */
  readonly before: Float64Array;
  readonly after: Float64Array;
  /** Of the levels, and its standard error. */
  readonly difference: number;
  readonly error: number;
  /** Whether the ranks are unusual, or too few to be. */
  readonly isUnusual: boolean;
}

/** Decides whether the newest runs are at another level. */
export function answerNewest(
  series: HistorySeries,
  { metrics, minimumChange }: NewestLimits,
  { before, after, difference, error, isUnusual }: Levels,
): NewestAnswer {
  const z = standardize(difference, error);
  const [unitBefore, unitAfter] = [before, after].map((part) => toUnit(series, median(part))) as [number, number];
  const relative = relativeChange(unitBefore, unitAfter);
  const isLarge = unitAfter !== unitBefore && (relative === undefined || Math.abs(relative) >= minimumChange);
  const limit = (side: number): number => Math.exp(difference + side * CONFIDENCE * error) - 1;
  return {
    outcome: isLarge && isUnusual && z > correctLimit(UNUSUAL, metrics) ? 'change' : 'no-change',
    before: unitBefore,
    after: unitAfter,
    ...(relative !== undefined && { relative }),
    ...(series.scale === 'log' && { interval: [limit(-1), limit(1)] as const }),
    z,
    runs: before.length,
  };
}

export function describeTooFew(runs: readonly HistoryRun[], size: number, start: number): string {
  const others = new Set(runs.slice(start).map(({ machine }) => machine)).size > 1;
  const which = start > 0 ? ' since the last change' : '';
  const comparable = others ? ' on comparable machine types' : '';
  return `a comparison needs ${FEWEST_BEFORE} earlier runs${which}${comparable}, and the history has ${size}`;
}
