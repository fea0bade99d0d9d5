import { median, sortNumbers } from '../figures/statistics.js';

/** Turns a median absolute deviation into the standard deviation of normal samples. */
export const MAD_TO_SD = 1.4826;

/** The standard deviation of normal samples around a center, which a few outliers do not change. At least one value. */
export function robustDeviation(values: ArrayLike<number>, center: number): number {
  return MAD_TO_SD * median(Float64Array.from(values, (value) => Math.abs(value - center)));
}

/** The mean of the middle half of the values. As robust as a median against outliers of a quarter, and more precise. */
export function middleMean(values: ArrayLike<number>): number {
  const sorted = sortNumbers(values);
  const cut = sorted.length >> 2;
  const kept = sorted.subarray(cut, sorted.length - cut);
  let sum = 0;
  for (const value of kept) sum += value / kept.length;
  return sum;
}
