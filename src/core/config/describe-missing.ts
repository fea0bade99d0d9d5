import { nearest } from '../kernel/nearest.js';
import { ALLOWED_KEYS, formatKey, parseKey } from './key-path.js';
import { isMap, valueAt, type Value } from './value.js';

/** Longer texts are no typing errors of a name, and comparing them takes long. */
const LONGEST_NAME = 100;
/** A file with a wrong name often has many. Comparing each with each takes the square of the time. */
const MOST_SUGGESTIONS = 20;
/** How many names a message lists. */
const MOST_NAMES = 12;

/** Writes sentences about names that do not exist, with the nearest that does. One for each check. */
export class MissingNames {
  private given = 0;

  /** @returns the end of a sentence: ` (did you mean …?)`, ` (there are: …)`, or nothing */
  suggest(name: string, known: readonly string[], show: (name: string) => string = (one) => one): string {
    if (name.length > LONGEST_NAME || this.given++ >= MOST_SUGGESTIONS) return '';
    const near = nearest(name, known);
    if (near !== undefined) return `; did you mean \`${show(near)}\`?`;
    if (known.length === 0 || known.length > MOST_NAMES) return '';
    return `; there ${known.length === 1 ? 'is' : 'are'}: ${known.map((one) => `\`${show(one)}\``).join(', ')}`;
  }

  /** Why a key cannot be set in a configuration. */
  describeKey(root: Value, key: string): string {
    const path = parseKey(key);
    if (!path) return `\`${shorten(key)}\` is not a key; allowed: ${ALLOWED_KEYS}`;
    let depth = 0;
    while (valueAt(root, path.slice(0, depth + 1)) !== undefined) depth++;
    const above = path.slice(0, depth);
    const container = valueAt(root, above);
    const step = path[depth]!;
    const name = `\`${shorten(key)}\` does not exist`;
    if (Array.isArray(container))
      return `${name}: \`${formatKey(above)}\` is a list of ${container.length}; allowed: ${container.length === 0 ? 'no index' : `\`[0]\` to \`[${container.length - 1}]\``}`;
    if (!isMap(container)) return `${name}: \`${formatKey(above)}\` is ${describeKind(container)} and has no keys`;
    if (above.length > 0 && Object.keys(container).length === 0) return `${name}: \`${formatKey(above)}\` has no keys`;
    const show = (one: string) => {
      const whole = [...above, one, ...path.slice(depth + 1)];
      return formatKey(valueAt(root, whole) === undefined ? [...above, one] : whole);
    };
    return `${name}${this.suggest(String(step), Object.keys(container), show)}`;
  }
}

function describeKind(value: Value | undefined): string {
  if (value === null) return 'empty';
  return typeof value === 'string' ? 'text' : `\`${JSON.stringify(value)}\``;
}

/** Text of users in a message, in one line of bearable length. */
export function shorten(text: string, longest = LONGEST_NAME): string {
  const line = text.replace(/\s+/g, ' ').replace(/`+/g, "'");
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}

/** A suggestion ends with a question mark, and needs no full stop. */
export function endSentence(text: string): string {
  return /[.?]$/.test(text) ? text : `${text}.`;
}
