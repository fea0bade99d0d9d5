import { findCandidates } from './change-candidates.js';
import { moveOutliers, readSeries, toUnit, type HistoryRun, type HistorySeries } from './history-series.js';
import { errorOfDifference, measureNoise, standardize, type Noise } from './noise.js';
import { correctLimit } from './normal.js';
import { relativeChange } from './relative-change.js';
import { median } from '../figures/statistics.js';
import { middleMean } from './sample-statistics.js';
import { isOneRunAway } from './single-run.js';

/** Where the level of a history changed. */
export interface ChangePoint {
  /** The index of the first run at the new level. */
  readonly run: number;
  /** The medians on both sides, up to the next change point, as the newest run's machine type measures. */
  readonly before: number;
  readonly after: number;
  /** Example: 0.05 for 5 % more. Undefined if {@link before} is 0. */
  readonly relative?: number;
  /** The change in standard errors, with autocorrelation. At most 1000. */
  readonly z: number;
}
export interface HistoryLimits {
  /** Smaller changes are not reported. Example: 0.02. */
  readonly minimumChange: number;
  /** How many metrics are judged at once: the more, the surer each change must be. */
  readonly metrics: number;
}

/** The fewest runs before a change. */
export const FEWEST_BEFORE = 5;
/** The most runs on each side whose level is compared: older ones tell less about a change. */
export const SIDE = 50;
/** The newest runs of a history that are searched. */
export const MOST_RUNS = 1000;
/**
 * The limits of z: of one change in {@link USUAL_RUNS}, and of several that may show only together. A longer history has more
 * places at which noise looks like a change. Measured on histories of eight kinds of noise.
 */
const CONFIRMED = 3.4;
const CONFIRMED_TOGETHER = 5;
const USUAL_RUNS = 40;
const PER_LENGTH = 0.1;

interface Point {
  readonly at: number;
  readonly before: number;
  readonly after: number;
  readonly z: number;
}

/** @param runs oldest first. Only the newest 1000 are searched. */
export function findChangePoints(runs: readonly HistoryRun[], limits: HistoryLimits): readonly ChangePoint[] {
  const skipped = Math.max(0, runs.length - MOST_RUNS);
  const searched = runs.slice(skipped);
  if (searched.length <= FEWEST_BEFORE) return [];
  const series = readSeries(searched);
  return new Confirmation(series, limits).findPoints().map(({ at, z, before, after }) => {
    const [unitBefore, unitAfter] = [toUnit(series, before), toUnit(series, after)];
    const relative = relativeChange(unitBefore, unitAfter);
    return {
      run: skipped + series.runs[at]!,
      before: unitBefore,
      after: unitAfter,
      ...(relative !== undefined && { relative }),
      z,
    };
  });
}

/** Decides which candidates are change points. */
class Confirmation {
  private readonly moved: Float64Array;
  private readonly size: number;
  private readonly confirmed: number;

  constructor(
    private readonly series: HistorySeries,
    private readonly limits: HistoryLimits,
  ) {
    this.moved = moveOutliers(series.values);
    this.size = series.values.length;
    this.confirmed = CONFIRMED + PER_LENGTH * Math.log(this.size / USUAL_RUNS);
  }

  /**
   * First removes the weakest candidate until all are so sure that they stand together, then adds the surest of the others
   * one by one. Not all others at once, because they would explain waves and drifts away.
   */
  findPoints(): readonly Point[] {
    const candidates = [...new Set([...findCandidates(this.moved), this.size - 1])].filter((at) => at >= FEWEST_BEFORE);
    let chosen = this.prune(candidates, CONFIRMED_TOGETHER).map(({ at }) => at);
    for (let next = this.choose(chosen, candidates); next !== undefined; next = this.choose(chosen, candidates)) {
      chosen = [...chosen, next];
    }
    return this.prune(chosen, this.confirmed);
  }

  private prune(candidates: readonly number[], limit: number): readonly Point[] {
    let rest = candidates;
    for (;;) {
      const points = this.judge(rest);
      const weakest = points.toSorted((one, other) => this.strength(one, limit) - this.strength(other, limit))[0];
      if (!weakest || this.strength(weakest, limit) >= 1) return points;
      rest = rest.filter((at) => at !== weakest.at);
    }
  }

  /** The candidate that is the surest beside those chosen; undefined if none is sure enough. */
  private choose(chosen: readonly number[], candidates: readonly number[]): number | undefined {
    let best: number | undefined;
    let most = 1;
    for (const candidate of candidates.filter((at) => !chosen.includes(at))) {
      const point = this.judge([...chosen, candidate]).find(({ at }) => at === candidate)!;
      const strength = this.strength(point, this.confirmed);
      if (strength < most) continue;
      best = candidate;
      most = strength;
    }
    return best;
  }

  /** At least 1 for a change point: how far the change is above the limits. */
  private strength({ before, after, z }: Point, limit: number): number {
    const relative = relativeChange(toUnit(this.series, before), toUnit(this.series, after));
    const size = relative === undefined ? Number.POSITIVE_INFINITY : Math.abs(relative) / this.limits.minimumChange;
    return Math.min(z / correctLimit(limit, this.limits.metrics), size);
  }

  private judge(chosen: readonly number[]): readonly Point[] {
    const bounds = [0, ...chosen.toSorted((one, other) => one - other), this.size];
    const noise = measureNoise(this.moved, bounds);
    return bounds.slice(1, -1).map((at, place) => this.judgeOne(noise, [bounds[place]!, at, bounds[place + 2]!]));
  }

  private judgeOne(noise: Noise, [start, at, end]: readonly [number, number, number]): Point {
    const { values } = this.series;
    const medians = { before: median(values.subarray(start, at)), after: median(values.subarray(at, end)) };
    const isLast = at === this.size - 1;
    // One run is nearly always within the reach to which outliers are moved.
    if (isLast && !isOneRunAway(values, noise.deviation)) return { at, ...medians, z: 0 };
    const series = isLast ? values : this.moved;
    const left = series.subarray(Math.max(start, at - SIDE), at);
    const right = series.subarray(at, Math.min(end, at + SIDE));
    const error = errorOfDifference(noise, [left.length, right.length]);
    return { at, ...medians, z: standardize(middleMean(right) - middleMean(left), error) };
  }
}
