/** What a set of samples says: where its middle is, and how far it spreads. */
export interface Distribution {
  readonly median: number;
  readonly p95: number;
  readonly least: number;
  readonly most: number;
}

/** @throws RangeError for no samples: nothing measured is not nought */
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

/** What nineteen of twenty keep to. */
export function p95(samples: readonly number[]): number {
  return percentile(samples, 95);
}

/** For what may cost time, where one slow sample says nothing, `median`; for what every run must keep to, this. */
export function worst(samples: readonly number[]): number {
  return percentile(samples, 100);
}

/**
 * The value below which `percent` (0 to 100) of the samples lie, between two samples in proportion.
 *
 * @throws RangeError for no samples, or one that isn't a number
 */
export function percentile(samples: readonly number[], percent: number): number {
  if (samples.length === 0 || samples.some((sample) => !Number.isFinite(sample)))
    throw new RangeError(`There is no ${percent} % of [${samples.join(', ')}].`);
  const sorted = samples.toSorted((one, other) => one - other);
  const position = ((sorted.length - 1) * percent) / 100;
  const below = sorted[Math.floor(position)]!;
  const above = sorted[Math.ceil(position)]!;
  return below + (above - below) * (position - Math.floor(position));
}

/** `count` offsets spread evenly over `width` around nought: no sample may depend on one lucky moment. */
export function spreadEvenly(count: number, width: number): number[] {
  return Array.from({ length: count }, (_, index) => ((index + 0.5) / count - 0.5) * width);
}
