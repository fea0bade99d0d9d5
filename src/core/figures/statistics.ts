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

/** The least and the largest of values. @param values at least one */
export function extentOf(values: readonly number[]): readonly [least: number, most: number] {
  return [values.reduce((one, other) => Math.min(one, other)), values.reduce((one, other) => Math.max(one, other))];
}

/** A copy in ascending order. */
export function sortNumbers(values: ArrayLike<number>): Float64Array {
  return Float64Array.from(values).sort();
}

/** @param values at least one, in any order */
export function median(values: ArrayLike<number>): number {
  const sorted = sortNumbers(values);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : midpoint(sorted[middle - 1]!, sorted[middle]!);
}

/** Halves first where the sum of two large numbers would overflow. */
function midpoint(one: number, other: number): number {
  const sum = one + other;
  return Number.isFinite(sum) ? sum / 2 : one / 2 + other / 2;
}
