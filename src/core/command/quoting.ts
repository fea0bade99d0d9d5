/** Values of a configuration in a comment on GitHub. */
import { isMap, type Value, WrittenNumber } from '../config/value.js';
import { LONGEST_CODE, quote, showHidden } from '../kernel/quoting.js';

/** Texts that YAML reads as something else. */
const AMBIGUOUS = /^(true|false|null|yes|no|on|off|y|n|~|[-+.]?\d[\w.,:+-]*|["'[{].*|\s.*|.*\s)?$/is;

/** A value of a configuration as code: text without quotes where nothing else could be meant, the rest as JSON. */
export function quoteValue(value: Value | undefined, longest = LONGEST_CODE): string {
  if (value === undefined) return 'not in the file';
  if (typeof value === 'string' && value.length > 0) {
    const start = value.slice(0, longest + 1);
    if (!AMBIGUOUS.test(start) && showHidden(start) === start) return quote(start, longest);
  }
  return quote(startOfJson(value, longest), longest);
}

/** More than `longest` characters of a value as JSON, or all of it: the time it takes does not grow with the value. */
export function startOfJson(value: Value, longest: number): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, longest + 1));
  if (value instanceof WrittenNumber) return value.text;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const [begin, end] = isMap(value) ? '{}' : '[]';
  let text = begin!;
  for (const [key, one] of entriesOf(value)) {
    if (text.length > longest) break;
    const name = typeof key === 'string' ? `${startOfJson(key, longest)}: ` : '';
    text += `${text === begin ? '' : ', '}${name}${startOfJson(one, longest)}`;
  }
  return text + end;
}

function* entriesOf(
  value: Exclude<Value, string | number | boolean | WrittenNumber | null>,
): Iterable<[string | number, Value]> {
  if (Array.isArray(value)) yield* value.entries();
  else for (const key in value) if (Object.hasOwn(value, key)) yield [key, value[key]!];
}
