import { readableUnit } from './units.js';

const DIGITS = 4;

/** How the values of a picture are written: all in one unit. */
export interface Scale {
  /** '' without one. */
  readonly unit: string;
  /** A value without its unit. */
  readonly write: (value: number) => string;
}

/** A scale in which the largest of the values is easy to read. */
export function createScale(values: readonly number[], unit: string | undefined): Scale {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const readable = readableUnit(largest, unit);
  return { unit: readable.unit, write: (value) => writeNumber(value * readable.factor) };
}

/** A value with its unit: `41.2 ms`. */
export function writeQuantity(value: number, unit: string | undefined): string {
  const scale = createScale([value], unit);
  return scale.unit === '' ? scale.write(value) : `${scale.write(value)} ${scale.unit}`;
}

/** A change relative to what it is compared with: `+3.1 %`. */
export function writeChange(change: number): string {
  const percent = change * 100;
  const digits = Math.abs(percent) >= 100 ? 0 : 1;
  const text = Math.abs(percent).toFixed(digits);
  const sign = Number(text) === 0 ? '±' : percent > 0 ? '+' : '−';
  return `${sign}${text} %`;
}

function writeNumber(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e7 || size < 1e-4)) return value.toExponential(DIGITS - 2);
  return String(Number(value.toPrecision(size >= 1_000 ? Math.ceil(Math.log10(size + 1)) : DIGITS)));
}

/** A range of changes: `+1.1 … +5.2 %`. */
export function writeChanges([low, high]: readonly [number, number]): string {
  const [from, to] = [writeChange(low), writeChange(high)];
  return `${from.replace(' %', '')} … ${to}`;
}
