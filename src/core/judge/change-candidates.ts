import { createRandom } from '../kernel/random.js';
import { SplitSearch } from './energy.js';

/** The chance with which a history without a change splits. Confirmation removes most of these candidates. */
const LIMIT = 0.05;
const PERMUTATIONS = 99;
/** Permutations are seeded, so that a history always gets the same answer. */
const SEED = 1;
/** The fewest runs that are split in two. Below, no permutation is rare enough. */
const FEWEST = 6;
/** Windows at the end, in which few new runs at another level show that the whole history hides. */
const NEWEST = [16, 32];

/** The shortest window in a long history. Many changes hide each other in a longer one. */
const FINEST = 100;

/**
 * The indexes at which a series may have changed, by E-divisive (Matteson and James, 2014): the split with the largest
 * energy distance, if few permutations have a larger one, and then both sides again. A change that was taken back hides
 * in the whole series, so overlapping halves are searched as well.
 *
 * @param values without outliers
 */
export function findCandidates(values: Float64Array): readonly number[] {
  const random = createRandom(SEED);
  const found = new Set<number>();
  const split = (start: number, end: number): number | undefined => {
    if (end - start < FEWEST) return undefined;
    const search = new SplitSearch(values.subarray(start, end));
    const { at, energy } = search.find();
    if (search.test(energy, { permutations: PERMUTATIONS, limit: LIMIT, random }) > LIMIT) return undefined;
    found.add(start + at);
    return start + at;
  };
  const open: (readonly [number, number])[] = [[0, values.length]];
  for (let one = open.pop(); one; one = open.pop()) {
    const at = split(...one);
    if (at !== undefined) open.push([one[0], at], [at, one[1]]);
  }
  for (const [start, end] of listWindows(values.length)) split(start, end);
  return [...found].sort((one, other) => one - other);
}

/** Overlapping halves, of long histories also halves of halves, and the newest runs. */
function listWindows(runs: number): readonly (readonly [number, number])[] {
  const windows: (readonly [number, number])[] = [];
  for (let size = runs / 2; windows.length === 0 || size >= FINEST; size /= 2) {
    for (let start = 0; start + size <= runs; start += size / 2) {
      windows.push([Math.round(start), Math.round(start + size)]);
    }
  }
  return [...windows, ...NEWEST.filter((size) => size < runs).map((size) => [runs - size, runs] as const)];
}
