import type { State } from '../state.js';

/** The number of the next issue or pull request of a repository. Both count as one. */
export function nextNumber({ settings, discussions }: State, repository: string): number {
  const all = [...settings.pulls, ...discussions.issues].filter((one) => one.repository === repository);
  return Math.max(0, ...all.map(({ number }) => number)) + 1;
}
