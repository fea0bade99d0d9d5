import { median } from '../figures/statistics.js';

/** How many of the runs before tell the level. */
const BEFORE = 12;
/** How far a single run must be away, in standard deviations. */
const AWAY = 3.4;
/** An earlier run that left and came back is an outlier from half the distance, but not within the noise. */
const LIKE_IT = 0.5;
const NOISE = 4;
/** The share of outliers in a history above which a single run is probably one more. */
const MOST_LIKE_IT = 0.02;
/** The number of runs on each side that say whether an earlier run was an outlier. */
const REACH = 3;

/** Whether the newest run alone is at another level: far away, in a history that has hardly any outliers so far. */
export function isOneRunAway(values: Float64Array, deviation: number): boolean {
  const distance = measureDistance(values);
  return distance > AWAY * deviation && !hasOutliers(values, { distance, deviation });
}

/** Whether the newest run is far away in a history that has outliers: it is probably one more. */
export function isOneMoreOutlier(values: Float64Array, deviation: number): boolean {
  const distance = measureDistance(values);
  return distance > AWAY * deviation && hasOutliers(values, { distance, deviation });
}

/** How far the newest run is from the level before it. */
function measureDistance(values: Float64Array): number {
  const last = values.length - 1;
  return Math.abs(values[last]! - median(values.subarray(Math.max(0, last - BEFORE), last)));
}

function hasOutliers(
  values: Float64Array,
  { distance, deviation }: { readonly distance: number; readonly deviation: number },
): boolean {
  const outliers = values.subarray(0, -1).filter((value, index) => {
    const away = Math.abs(value - median(values.subarray(Math.max(0, index - REACH), index + REACH + 1)));
    return away >= LIKE_IT * distance && away > NOISE * deviation;
  });
  return outliers.length > MOST_LIKE_IT * values.length;
}
