/** Example: 0.05 for 5 % more, also from -100 to -95. Undefined from 0. */
export function relativeChange(before: number, after: number): number | undefined {
  if (before === 0) return after === 0 ? 0 : undefined;
  // Of -5 and -4 the quotient is 0.8, though the value rose.
  return after / Math.abs(before) - Math.sign(before);
}
