import { writeChange, writeQuantity } from '../figures/quantity.js';
import type { Comparison } from './compare.js';
import type { Threshold } from './threshold.js';

/** A value with six digits in the unit of its threshold. Example: `12.3457 ms`. */
export function formatValue(value: number, unit?: string): string {
  // Without exponents for values that people read: 1234567, not 1.23457e+6.
  const rounded = Number.isInteger(value) && Math.abs(value) < 1e15 ? value : Number(value.toPrecision(6));
  return unit === undefined || unit === '' ? `${rounded}` : `${rounded} ${unit}`;
}

/** Example: `10 ms before, 11 ms now (+10.0 %, between +8.0 % and +12.0 %)`. */
export function describeChange(
  { before, after, relative, interval }: Pick<Comparison, 'before' | 'after' | 'relative' | 'interval'>,
  unit?: string,
): string {
  const values = `${writeQuantity(before ?? 0, unit)} before, ${writeQuantity(after ?? 0, unit)} now`;
  if (relative === undefined) return `${values} (no relative change exists from 0)`;
  const range = interval ? `, between ${writeChange(interval[0])} and ${writeChange(interval[1])}` : '';
  return `${values} (${writeChange(relative)}${range})`;
}

/** Example: `and the threshold "< 3.3"`, with the key if it is a pattern. */
export function describeThreshold({ key, text }: Threshold): string {
  return `and the threshold \`${text}\` of \`${key}\``;
}
