import { findBounds } from '../judge/threshold-bounds.js';
import type { Verdict } from '../judge/verdict.js';
import { shorten } from '../kernel/markdown.js';
import type { PlottedThreshold } from '../plot/history-plot.js';
import { writeQuantity } from '../figures/quantity.js';

/** The limits that a metric's threshold sets, as plots show them: `< 350 ms` of `lambda x: x < (0.3 + 0.05)`. */
export function listLimits({ threshold, unit }: Verdict): readonly PlottedThreshold[] {
  if (threshold === undefined) return [];
  return findBounds(threshold).map(({ operator, value }) => ({
    value,
    label: `${operator} ${writeQuantity(value, unit)}`,
  }));
}

/** A threshold with its unit where it is simple, and otherwise as the users wrote it, of at most `longest` characters. */
export function writeThreshold(verdict: Verdict, longest: number): string {
  const limits = listLimits(verdict).map(({ label }) => label);
  return shorten(limits.length > 0 ? limits.join(' and ') : (verdict.threshold ?? ''), longest);
}
