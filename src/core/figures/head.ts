import { JsonElements } from './json-elements.js';
import { UnreadableError } from './reading.js';

/** What the beginning of a file shows. */
export interface Head {
  /** From the first character that is not blank. */
  readonly start: string;
  /** The keys of the first JSON object that are in the beginning. */
  readonly keys: ReadonlySet<string>;
  /** Whether an object has the key, at any depth. */
  readonly mentions: (key: string) => boolean;
}

/** @param text the first kilobytes of a file */
export function readHead(text: string): Head {
  const start = text.trimStart();
  const keys = new Set<string>();
  if (start.startsWith('{')) listKeys(start, keys);
  return { start, keys, mentions: (key) => new RegExp(`"${key}"\\s*:`).test(start) };
}

function listKeys(start: string, keys: Set<string>): void {
  const elements = new JsonElements({ key: (key) => void keys.add(key), element: () => undefined });
  try {
    elements.write(start);
  } catch (error) {
    // The second line of a file with an object a line; or what the reader of the format reports with its place.
    if (!(error instanceof UnreadableError)) throw error;
  }
}
