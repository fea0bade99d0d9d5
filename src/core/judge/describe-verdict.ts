import type { Comparison } from './compare.js';
import type { Threshold } from './threshold.js';

/** A value with six digits and its unit. Example: `12.3457 ms`. */
export function formatValue(value: number, unit?: string): string {
  // Without exponents for values that people read: 1234567, not 1.23457e+6.
  const rounded = Number.isInteger(value) && Math.abs(value) < 1e15 ? value : Number(value.toPrecision(6));
  return unit === undefined || unit === '' ? `${rounded}` : `${rounded} ${unit}`;
}

/** Example: `+5.2 %`. */
export function formatChange(relative: number): string {
  const percent = relative * 100;
  const digits = Math.abs(percent) < 10 ? 1 : 0;
  const size = Math.abs(percent).toFixed(digits);
  return `${Number(size) === 0 ? '±' : percent < 0 ? '-' : '+'}${size} %`;
}

/** Example: `10 ms before, 11 ms now (+10 %, between +8 % and +12 %)`. */
export function describeChange(
  { before, after, relative, interval }: Pick<Comparison, 'before' | 'after' | 'relative' | 'interval'>,
  unit?: string,
): string {
  const values = `${formatValue(before ?? 0, unit)} before, ${formatValue(after ?? 0, unit)} now`;
  if (relative === undefined) return `${values} (no relative change exists from 0)`;
  const range = interval ? `, between ${formatChange(interval[0])} and ${formatChange(interval[1])}` : '';
  return `${values} (${formatChange(relative)}${range})`;
}

/** Example: `and the threshold "< 3.3"`, with the key if it is a pattern. */
export function describeThreshold({ key, text }: Threshold): string {
  return `and the threshold \`${text}\` of \`${key}\``;
}
