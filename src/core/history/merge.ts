import { parseRun } from './parse-run.js';
import { linesFromEnd } from './read-history.js';

/**
 * Joins two histories, as after an import or of two branches: every line once, runs by their time. Lines that cannot be
 * read stay, after the others.
 */
export function mergeHistories(one: Uint8Array, other: Uint8Array): Uint8Array {
  const lines = new Map<string, number>();
  for (const bytes of [one, other]) {
    const texts = [...linesFromEnd(Buffer.from(bytes))].map(({ line }) => line.toString()).toReversed();
    for (const text of texts) lines.set(text, timeOf(text));
  }
  const sorted = [...lines].sort(([, a], [, b]) => (a === b ? 0 : a - b));
  // No single text: the longest that Node has is shorter than the largest history.
  return Buffer.concat(sorted.map(([text]) => Buffer.from(`${text}\n`)));
}

function timeOf(line: string): number {
  const run = parseRun(line);
  return typeof run === 'string' ? Infinity : run.at;
}
