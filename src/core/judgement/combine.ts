import type { Figure, UnusableFigure } from '../figures/figure.js';
import type { Reading } from '../figures/reading.js';
import { factorBetween } from '../figures/units.js';
import { listRuns } from '../judge/compare.js';

/** A file, and what it holds. */
export interface ReadFile {
  /** For messages: its path. */
  readonly name: string;
  readonly reading: Reading;
}

/**
 * Joins the files of one run. A figure that several files have was measured several times, and each file counts as one
 * value of it, its median, unless its samples are of processes of their own.
 */
export function combineFiles(files: readonly ReadFile[]): Reading {
  const groups = new Map<string, { readonly file: string; readonly figure: Figure }[]>();
  for (const { name, reading } of files) {
    for (const figure of reading.figures) {
      const group = groups.get(figure.name);
      if (group) group.push({ file: name, figure });
      else groups.set(figure.name, [{ file: name, figure }]);
    }
  }
  const unusable = new Map(files.flatMap(({ reading }) => reading.unusable.map((one) => [one.name, one] as const)));
  const figures: Figure[] = [];
  for (const [name, group] of groups) {
    if (unusable.has(name)) continue;
    const joined = join(group);
    if ('given' in joined) unusable.set(name, joined);
    else figures.push(joined);
  }
  const problems = files.flatMap(({ name, reading }) =>
    reading.problems.map((problem) => (files.length > 1 ? `${name}: ${problem}` : problem)),
  );
  return { figures, unusable: [...unusable.values()], problems };
}

function join(group: readonly { readonly file: string; readonly figure: Figure }[]): Figure | UnusableFigure {
  const { figure: first } = group[0]!;
  if (group.length === 1) return first;
  const samples: number[] = [];
  for (const { file, figure } of group) {
    const factor = factorBetween(figure.unit, first.unit);
    if (factor === undefined) {
      return {
        name: first.name,
        given: `in ${figure.unit ?? 'no unit'} in ${file} and in ${first.unit ?? 'no unit'} in ${group[0]!.file}`,
      };
    }
    for (const value of listRuns(figure)) samples.push(value * factor);
  }
  return { ...first, samples };
}
