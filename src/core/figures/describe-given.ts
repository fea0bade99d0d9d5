import { shorten } from '../kernel/markdown.js';

const LONGEST_TEXT = 40;

/** What was found where a number belongs: `NaN`, `null`, `the text "fast"`. */
export function describeGiven(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return isNonFinite(value) ? value : `the text "${shorten(value, LONGEST_TEXT)}"`;
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : `${value as number | boolean | null}`;
}

/** JSON has no such numbers. The reader of JSON makes texts of them. */
function isNonFinite(text: string): boolean {
  return /^-?Infinity$|^NaN$/.test(text);
}
