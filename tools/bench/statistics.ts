import { quantile, sortNumbers } from '../../src/core/figures/statistics.js';

/** The median of samples and their spread. */
export interface Distribution {
  readonly median: number;
  readonly p95: number;
  readonly least: number;
  readonly most: number;
}

/** @throws RangeError without samples, because a quantity that was not measured is not zero */
export function describe(samples: readonly number[]): Distribution {
  return {
    median: percentile(samples, 50),
    p95: percentile(samples, 95),
    least: percentile(samples, 0),
    most: percentile(samples, 100),
  };
}

export function median(samples: readonly number[]): number {
  return percentile(samples, 50);
}

/** The value that nineteen of twenty samples do not exceed. */
export function p95(samples: readonly number[]): number {
  return percentile(samples, 95);
}

/** The worst sample, for a limit that every run must keep. For durations, where one slow sample means nothing, use `median`. */
export function worst(samples: readonly number[]): number {
  return percentile(samples, 100);
}

/** The best sample, for what other programs on the machine can only make worse. */
export function least(samples: readonly number[]): number {
  return percentile(samples, 0);
}

/**
 * The value below which `percent` (0 to 100) of the samples lie, interpolated between two samples.
 *
 * @throws RangeError without samples, or for a sample that is not a number
 */
export function percentile(samples: readonly number[], percent: number): number {
  if (samples.length === 0 || samples.some((sample) => !Number.isFinite(sample)))
    throw new RangeError(`There is no ${percent} % of [${samples.join(', ')}].`);
  return quantile(sortNumbers(samples), percent / 100);
}

/** `count` offsets spread evenly over `width` around zero, so that no sample depends on one lucky moment. */
export function spreadEvenly(count: number, width: number): number[] {
  return Array.from({ length: count }, (_, index) => ((index + 0.5) / count - 0.5) * width);
}
