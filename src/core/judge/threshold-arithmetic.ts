/** What a part of a threshold gives. As in Python, True counts as 1 and False as 0. */
export type Value = number | boolean;

/** A threshold that gives no answer for a value, such as one that divides by zero. Never a pass. */
export class NoAnswer extends Error {}

export type Comparison = (left: number, right: number) => boolean;
export type Operation = (left: number, right: number) => number;

export const comparisons: ReadonlyMap<string, Comparison> = new Map<string, Comparison>([
  ['<', (left, right) => left < right],
  ['<=', (left, right) => left <= right],
  ['>', (left, right) => left > right],
  ['>=', (left, right) => left >= right],
  ['==', (left, right) => left === right],
  ['!=', (left, right) => left !== right],
]);
export const sums: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['+', (left, right) => checkRange(left + right)],
  ['-', (left, right) => checkRange(left - right)],
]);
export const products: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['*', (left, right) => checkRange(left * right)],
  ['/', divide],
]);

interface Callable {
  readonly fewest: number;
  readonly most: number;
  readonly apply: (values: readonly number[]) => number;
}

/** The functions that a threshold may call, with the number of their arguments. They answer as Python's do. */
export const functions: ReadonlyMap<string, Callable> = new Map<string, Callable>([
  ['abs', { fewest: 1, most: 1, apply: ([value]) => Math.abs(value!) }],
  ['min', { fewest: 2, most: 20, apply: (values) => Math.min(...values) }],
  ['max', { fewest: 2, most: 20, apply: (values) => Math.max(...values) }],
  ['round', { fewest: 1, most: 2, apply: ([value, digits = 0]) => round(value!, digits) }],
]);

/** The largest number of digits that `round` keeps behind the point. A double has 17 in all. */
const MAX_DIGITS = 15;

function divide(left: number, right: number): number {
  if (right === 0) throw new NoAnswer('it divides by zero');
  const quotient = left / right;
  if (!Number.isFinite(quotient)) throw new NoAnswer('a quotient is too large');
  return quotient;
}

/** Above 2**53 - 1 whole numbers are no longer exact, and `x + 1 > x` would be false. */
function checkRange(value: number): number {
  if (Math.abs(value) <= Number.MAX_SAFE_INTEGER) return value;
  throw new NoAnswer('a sum or product is above 2**53 - 1');
}

/** Python's `round`: to the nearest, and of two equally near ones to the even one. */
function round(value: number, digits: number): number {
  if (!Number.isInteger(digits) || digits < 0 || digits > MAX_DIGITS) {
    throw new NoAnswer(`\`round\` takes 0 to ${MAX_DIGITS} digits`);
  }
  // From here on a double has no digits behind the point, and `toFixed` answers with an exponent.
  if (Math.abs(value) >= 1e21) return value;
  const rounded = Number(value.toFixed(digits));
  // `toFixed` takes the one of two equally near numbers that is farther from zero. A number between two others with
  // n digits has n + 1 binary digits behind the point at most.
  const [, behind = ''] = Math.abs(value).toFixed(20).split('.');
  const isTie = Number.isInteger(value * 2 ** (digits + 1)) && /^50*$/.test(behind.slice(digits));
  const last = Number(value.toFixed(digits).at(-1));
  return isTie && last % 2 === 1 ? Number((value - Math.sign(value) * 0.25 * 10 ** -digits).toFixed(digits)) : rounded;
}
