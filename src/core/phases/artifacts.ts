import { FAILURE, FAILURES, FINISHED, nextNumber } from './layout.js';

/**
 * Looks at the folder of artifacts before anything runs.
 *
 * @param names in the folder
 * @returns the number of the first folder, which files of an earlier run to remove, and why the run cannot be green
 */
export function inspectArtifacts(names: readonly string[]): {
  readonly offset: number;
  readonly stale: readonly string[];
  readonly problems: readonly string[];
} {
  const old = names.filter((name) => name === FAILURE || name === FAILURES);
  return {
    offset: nextNumber(names),
    stale: names.filter((name) => name === FINISHED),
    problems: old.map(
      (name) =>
        `\`artifacts\` names a folder that has a file ${name} of an earlier run; allowed: a folder without one, because it would make this run red.`,
    ),
  };
}
