import { FEWEST_BEFORE, findChangePoints, MOST_RUNS } from './change-points.js';
import { moveOutliers, readSeries, type HistoryRun } from './history-series.js';
import {
  answerNewest,
  describeTooFew,
  FEWEST_RANKED,
  UNUSUAL_RANKS,
  type NewestAnswer,
  type NewestLimits,
} from './newest.js';
import { errorOfDifference, measureNoise } from './noise.js';
import { smallestP, testRanks } from './rank-test.js';
import { middleMean } from './sample-statistics.js';
import { isOneMoreOutlier } from './single-run.js';

export interface AgainstLimits extends NewestLimits {
  /** The indexes of the runs that the newest are compared with, such as those of the last release. */
  readonly baseline: readonly number[];
}

/**
 * Compares the newest runs with chosen runs before, which may be few: how far runs differ without a change is measured on
 * the whole history, around the levels between its change points.
 *
 * @param runs oldest first, the newest included
 */
export function judgeAgainst(given: readonly HistoryRun[], limits: AgainstLimits): NewestAnswer {
  const first = Math.max(0, Math.min(given.length - limits.newest - MOST_RUNS, ...limits.baseline));
  const runs = given.slice(first);
  const end = runs.length - limits.newest;
  const series = readSeries(runs);
  const size = series.runs.filter((index) => index < end).length;
  const chosen = new Set(limits.baseline.map((index) => index - first).filter((index) => index < end));
  const places = [...series.runs.keys()].filter((place) => chosen.has(series.runs[place]!));
  const reason = chosen.size === 0 ? 'the baseline has no run' : UNLIKE;
  if (places.length === 0) return { outcome: 'undecided', reason, runs: 0 };
  if (size < FEWEST_BEFORE) return { outcome: 'undecided', reason: describeTooFew(runs, size, 0), runs: places.length };
  const count = series.values.length - size;
  const moved = moveOutliers(series.values.subarray(0, size));
  const after = (count < FEWEST_RANKED ? series.values : moveOutliers(series.values)).subarray(size);
  const before = Float64Array.from(places, (place) => moved[place]!);
  const steps = findChangePoints(runs.slice(0, end), { minimumChange: limits.minimumChange, metrics: 1 });
  const bounds = steps.map(({ run }) => series.runs.findIndex((index) => index >= run));
  const all = [...new Set([0, ...bounds.filter((bound) => bound >= 0 && bound < size), size, size + count])];
  const noise = measureNoise(Float64Array.from([...moved, ...after]), all);
  if (count === 1 && isOneMoreOutlier(series.values, noise.deviation)) {
    return { outcome: 'undecided', reason: OUTLIER, runs: places.length };
  }
  // Two ranks among few runs are never unusual.
  const canRank = count >= FEWEST_RANKED && smallestP(before.length, count) < UNUSUAL_RANKS;
  const answer = answerNewest(series, limits, {
    before: Float64Array.from(places, (place) => series.values[place]!),
    after: series.values.subarray(size),
    difference: middleMean(after) - middleMean(before),
    error: errorOfDifference(noise, [before.length, count]),
    isUnusual: !canRank || testRanks(before, after).p < UNUSUAL_RANKS,
  });
  return isContradictory(answer, limits) ? { outcome: 'undecided', reason: APART, runs: places.length } : answer;
}

/** Whether the values themselves show a change that is outside of the interval: they are outliers. */
function isContradictory(answer: NewestAnswer, { minimumChange }: NewestLimits): boolean {
  if (answer.outcome !== 'no-change' || answer.relative === undefined || !answer.interval) return false;
  const { relative, interval } = answer;
  return Math.abs(relative) >= minimumChange && (relative < interval[0] || relative > interval[1]);
}

const APART = 'the runs of the baseline are far from the runs around them';

const OUTLIER = 'the newest run is as far from the others as single runs before it that were outliers';
const UNLIKE = 'no run of the baseline can be compared with the machine type of the newest one';
