import { findCandidates } from './change-candidates.js';
import { moveOutliers, readSeries, toUnit, type HistoryRun, type HistorySeries } from './history-series.js';
import { errorOfDifference, measureNoise, standardize, type Noise } from './noise.js';
import { correctLimit } from './normal.js';
import { relativeChange } from './relative-change.js';
import { median, middleMean } from './sample-statistics.js';
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
/** The limits of z: of one change, and of two that show only together. Measured on histories of eight kinds of noise. */
const CONFIRMED = 3.2;
const CONFIRMED_TOGETHER = 5;

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

  constructor(
    private readonly series: HistorySeries,
    private readonly limits: HistoryLimits,
  ) {
    this.moved = moveOutliers(series.values);
    this.size = series.values.length;
  }

  /**
   * Adds the surest candidate, or two that show only together, as long as there is one. The first points explain part of
   * the noise: therefore not all candidates at once, which would explain waves and drifts away.
   */
  findPoints(): readonly Point[] {
    const candidates = [...new Set([...findCandidates(this.moved), this.size - 1])].filter((at) => at >= FEWEST_BEFORE);
    let chosen: readonly number[] = [];
    for (let more = this.choose(chosen, candidates); more; more = this.choose(chosen, candidates)) {
      chosen = [...chosen, ...more];
    }
    for (;;) {
      const points = this.judge(chosen);
      const weakest = points.toSorted((one, other) => this.strength(one) - this.strength(other))[0];
      if (!weakest || this.strength(weakest) >= 1) return points;
      chosen = chosen.filter((at) => at !== weakest.at);
    }
  }

  private choose(chosen: readonly number[], candidates: readonly number[]): readonly number[] | undefined {
    const rest = candidates.filter((at) => !chosen.includes(at));
    const single = this.best(
      chosen,
      rest.map((at) => [at]),
      CONFIRMED,
    );
    if (single) return single;
    const pairs = rest.flatMap((at, place) => rest.slice(place + 1).map((other) => [at, other]));
    return this.best(chosen, pairs, CONFIRMED_TOGETHER);
  }

  /** The additions whose weakest point is the strongest; undefined if it is none. */
  private best(
    chosen: readonly number[],
    additions: readonly (readonly number[])[],
    limit: number,
  ): readonly number[] | undefined {
    let best: { readonly addition: readonly number[]; readonly strength: number } | undefined;
    for (const addition of additions) {
      const points = this.judge([...chosen, ...addition]).filter(({ at }) => addition.includes(at));
      const strength = Math.min(...points.map((point) => this.strength(point, limit)));
      if (strength >= (best?.strength ?? 1)) best = { addition, strength };
    }
    return best?.addition;
  }

  /** At least 1 for a change point: how far the change is above the limits. */
  private strength({ before, after, z }: Point, limit = CONFIRMED): number {
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
