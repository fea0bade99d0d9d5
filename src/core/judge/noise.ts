import { middleMean, robustDeviation } from './sample-statistics.js';

/** The noise of a history around the levels of its segments. */
export interface Noise {
  /** The standard deviation of one run, in the scale of the series. */
  readonly deviation: number;
  /** The correlation of one run with the next, from 0 to {@link MOST_CORRELATION}. */
  readonly correlation: number;
}

/** A higher correlation cannot be told from a drift. */
const MOST_CORRELATION = 0.8;
/** The plain deviation counts up to so many times the robust one. Beyond that it is an effect of a few outliers. */
const MOST_PLAIN = 1.25;
/** The largest z that is reported. A step of a history without any noise has no other. */
const MOST_Z = 1000;

/** @param bounds the indexes at which segments begin, with 0 and the end */
export function measureNoise(values: Float64Array, bounds: readonly number[]): Noise {
  const residuals = values.slice();
  for (const [place, start] of bounds.slice(0, -1).entries()) {
    const segment = residuals.subarray(start, bounds[place + 1]);
    const level = middleMean(segment);
    for (const [index, value] of segment.entries()) segment[index] = value - level;
  }
  // Each level is fitted to its segment, which makes the noise look smaller than it is.
  const freedom = Math.max(1, values.length - (bounds.length - 1));
  let [squares, products] = [0, 0];
  for (const [index, residual] of residuals.entries()) {
    squares += residual ** 2;
    products += residual * (residuals[index + 1] ?? 0);
  }
  const plain = Math.sqrt(squares / freedom);
  const robust = robustDeviation(residuals, 0) * Math.sqrt(values.length / freedom);
  const found = squares === 0 ? 0 : products / squares;
  return {
    // More than half of the values equal: the robust deviation is 0, and says nothing about the others.
    deviation: robust === 0 ? plain : Math.min(plain, MOST_PLAIN * robust),
    // Of n values, the correlation is found too small by about (1 + 4 r) / n.
    correlation: Math.min(MOST_CORRELATION, Math.max(0, found + (1 + 4 * found) / values.length)),
  };
}

/** The variance of the mean of so many successive runs, for a deviation of 1 (AR(1)). */
function varianceOfMean(count: number, correlation: number): number {
  let [factor, power] = [1, 1];
  for (let lag = 1; lag < count && power > 1e-6; lag++) {
    power *= correlation;
    factor += 2 * (1 - lag / count) * power;
  }
  return factor / count;
}

/** The standard error of the difference between the levels of two series of successive runs. */
export function errorOfDifference({ deviation, correlation }: Noise, [left, right]: readonly [number, number]): number {
  return deviation * Math.sqrt(varianceOfMean(left, correlation) + varianceOfMean(right, correlation));
}

/** A difference in standard errors. Finite. */
export function standardize(difference: number, error: number): number {
  return difference === 0 ? 0 : Math.min(MOST_Z, Math.abs(difference) / error);
}
