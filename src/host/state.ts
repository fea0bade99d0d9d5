import { getState, saveState } from '@actions/core';
import type { Journal, JournalEntry } from '../core/ports/process.js';

/** One key, overwritten by each entry. GitHub passes the last value to the `post` step. */
const KEY = 'journal';

export function createJournal(): Journal {
  return { record: (entry) => saveState(KEY, JSON.stringify(entry)) };
}

/** The last entry of the main step of this action; `undefined` when it ended before its first side effect. */
export function readJournal(): JournalEntry | undefined {
  const text = getState(KEY);
  return text === '' ? undefined : (JSON.parse(text) as JournalEntry);
}
