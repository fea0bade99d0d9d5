import type { PhaseResult } from './result.js';

/** `began` without the other: the process was killed while the run was under way. */
export type JournalEntry =
  | { readonly began: number; readonly at: number }
  /** The index of the run in the layout, and its result. */
  | { readonly ended: number; readonly result: PhaseResult };

/** What a killed or canceled step had done. */
export interface JournalState {
  readonly results: ReadonlyMap<number, PhaseResult>;
  /** When runs that never ended began, epoch ms, by their index in the layout. */
  readonly unended: ReadonlyMap<number, number>;
}

export function renderEntry(entry: JournalEntry): string {
  return JSON.stringify(entry);
}

/** Reads a journal. A line that was not written to its end is left out: the process was killed meanwhile. */
export function readJournal(text: string): JournalState {
  const results = new Map<number, PhaseResult>();
  const unended = new Map<number, number>();
  for (const line of text.split('\n')) {
    const entry = parse(line);
    if (entry === undefined) continue;
    if ('began' in entry) unended.set(entry.began, entry.at);
    else {
      results.set(entry.ended, entry.result);
      unended.delete(entry.ended);
    }
  }
  return { results, unended };
}

function parse(line: string): JournalEntry | undefined {
  try {
    return line === '' ? undefined : (JSON.parse(line) as JournalEntry);
  } catch {
    return undefined;
  }
}
