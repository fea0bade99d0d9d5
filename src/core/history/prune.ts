import { parseRun } from './parse-run.js';
import { linesFromEnd } from './read-history.js';

export interface Pruned {
  readonly bytes: Uint8Array;
  /** How many lines were dropped. */
  readonly dropped: number;
}

/**
 * Drops the runs before a time, and lines that are no lines of a history. Lines of a later version of this program stay,
 * since their time is not known; all other lines stay as they are.
 *
 * @param before epoch ms
 */
export function pruneHistory(bytes: Uint8Array, before: number): Pruned {
  const kept: Buffer[] = [];
  let dropped = 0;
  for (const { line } of linesFromEnd(Buffer.from(bytes))) {
    const run = parseRun(line.toString());
    if (run === 'newer' || (run !== 'damaged' && run.at >= before)) kept.push(line);
    else dropped += 1;
  }
  return {
    bytes: Buffer.from(
      kept
        .toReversed()
        .map((line) => `${line.toString()}\n`)
        .join(''),
    ),
    dropped,
  };
}
