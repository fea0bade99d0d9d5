import { getState, saveState } from '@actions/core';
import type { Journal, JournalEntry } from '../core/ports/process.js';

/** One key, rewritten whole at each entry: GitHub hands the last value to the `post` step. */
const KEY = 'journal';

export function createJournal(): Journal {
  return { record: (entry) => saveState(KEY, JSON.stringify(entry)) };
}

/** What this action's main step recorded last; `undefined` when it ended before its first side effect. */
export function readJournal(): JournalEntry | undefined {
  const text = getState(KEY);
  return text === '' ? undefined : (JSON.parse(text) as JournalEntry);
}
