/** Example: 0.05 for 5 % more, also from -100 to -95. Undefined from 0, and from so near to 0 that no number can say it. */
export function relativeChange(before: number, after: number): number | undefined {
  if (before === after) return 0;
  // Of -5 and -4 the quotient is 0.8, though the value rose.
  const change = after / Math.abs(before) - Math.sign(before);
  return Number.isFinite(change) ? change : undefined;
}
