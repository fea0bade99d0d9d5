import type { Configuration } from './configuration.js';
import { endSentence, MissingNames, shorten } from './describe-missing.js';
import { formatKey, parseKey } from './key-path.js';
import { pythonText } from './python-text.js';
import type { Value } from './value.js';

/** How many references one value may lead through, and how long the text may become: references can multiply. */
const MOST_REFERENCES = 1000;
const LONGEST_TEXT = 65_536;

const EMBEDDED = /\{@(.*?)\}/g;

/** A value, or why there is none. */
export type Read = { readonly value: Value } | { readonly problem: string };

class Unreadable extends Error {}

/**
 * Reads a value and follows its references: `@key` stands for the value of another key, `{@key}` within a text for that
 * value as text. Values within a map or list are not followed, as in the seed: they are read by their own keys.
 *
 * `*$@key` stands for a file of secrets, which is only on the machine that runs the test, so it is a problem here.
 */
export function readValue(config: Pick<Configuration, 'get' | 'root'>, key: string): Read {
  try {
    return { value: new Reader(config).read(key, []) };
  } catch (error) {
    if (error instanceof Unreadable) return { problem: error.message };
    throw error;
  }
}

/** The keys that a value refers to. */
export function listReferences(value: Value): string[] {
  if (typeof value !== 'string' || !value.includes('@')) return [];
  if (value.startsWith('*$@')) return [value.slice(3)];
  if (value.startsWith('@')) return [value.slice(1)];
  return [...value.matchAll(EMBEDDED)].map(([, key]) => key!);
}

class Reader {
  private followed = 0;

  constructor(private readonly config: Pick<Configuration, 'get' | 'root'>) {}

  /** @param from the keys that led here */
  read(key: string, from: readonly string[]): Value {
    const path = parseKey(key);
    const name = path ? formatKey(path) : key;
    if (from.includes(name))
      this.fail(`The references form a circle: ${[...from.slice(from.indexOf(name)), name].join(' → ')}.`);
    if (++this.followed > MOST_REFERENCES)
      this.fail(`\`${shorten(from[0] ?? key)}\` refers to more than ${MOST_REFERENCES} keys.`);
    const value = path && this.config.get(path);
    if (value !== undefined) return typeof value === 'string' ? this.follow(value, [...from, name]) : value;
    const by = from.length === 0 ? '' : `\`${from.at(-1)}\` refers to \`${shorten(key)}\`: `;
    return this.fail(`${by}${endSentence(new MissingNames().describeKey(this.config.root, key))}`);
  }

  private follow(text: string, from: readonly string[]): Value {
    if (text.startsWith('*$@'))
      this.fail(
        `\`${from.at(-1)}\` is a secret (\`${shorten(text)}\`), which only the machine that runs the test can read.`,
      );
    if (text.startsWith('@')) return this.read(text.slice(1), from);
    const filled = text.replaceAll(EMBEDDED, (_, key: string) => pythonText(this.read(key, from)));
    if (filled.length > LONGEST_TEXT)
      this.fail(`\`${from.at(-1)}\` is longer than ${LONGEST_TEXT} characters with its references.`);
    return filled;
  }

  private fail(problem: string): never {
    throw new Unreadable(problem);
  }
}
