/** The mean. Equal values give that value exactly, so that they deviate by 0. @param values at least one */
export function average(values: readonly number[]): number {
  const [first] = values as [number];
  return first + values.reduce((sum, value) => sum + (value - first), 0) / values.length;
}

/** The standard deviation of a sample. @param values at least two */
export function deviate(values: readonly number[]): number {
  const middle = average(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1));
}

/** The value below which a share of the values lies, interpolated as k6 does. @param sorted at least one, ascending */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const place = (sorted.length - 1) * share;
  const below = Math.floor(place);
  const low = sorted[below]!;
  return low + (sorted[Math.min(below + 1, sorted.length - 1)]! - low) * (place - below);
}

/** @param values at least one, in any order */
export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const [low, high] = [sorted[(sorted.length - 1) >> 1]!, sorted[sorted.length >> 1]!];
  return low === high ? low : low + (high - low) / 2;
}
