import type { PastRun } from '../src/core/history/entry.js';

/** Runs of each name and branch. */
export function groupRuns<T extends Pick<PastRun, 'name' | 'branch'>>(runs: readonly T[]): readonly (readonly T[])[] {
  const groups = new Map<string, T[]>();
  for (const run of runs) {
    const key = JSON.stringify([run.name, run.branch]);
    const group = groups.get(key);
    if (group) group.push(run);
    else groups.set(key, [run]);
  }
  return [...groups.values()];
}
