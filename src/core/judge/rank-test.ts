import { createRandom } from '../kernel/random.js';
import { upperTail } from './normal.js';
import { sortNumbers } from '../figures/statistics.js';

/** The two-sided p-value of two samples' ranks, and how it was found. */
export interface RankTest {
  readonly p: number;
  /** `exact`: over all permutations, ties included. `normal`: by the normal distribution, for thousands of values. */
  readonly method: 'exact' | 'permutations' | 'normal';
}

/** The most steps of the exact count. 20 values on each side take 1.3 million. */
const MOST_STEPS = 2_000_000;
export const PERMUTATIONS = 10_000;
/** Above so many values on the smaller side, permutations differ from the normal distribution by less than by chance. */
const MOST_PERMUTED = 2000;
/** A choice is kept as 16 bits per value. */
const MOST_PLACES = 2 ** 16;
const SEED = 1;

/** Ranks, each less 1 and doubled, so that the mean rank of equal values is whole. */
interface Ranks {
  /** Of the values of the smaller side, then those of the other side. */
  readonly all: Int32Array;
  readonly small: number;
  readonly hasTies: boolean;
  /** The sum over groups of t equal values of t³ - t. */
  readonly ties: number;
}

/**
 * Tests whether values of one sample tend to be larger than those of another (Wilcoxon, Mann and Whitney). Twice the
 * smaller one-sided p-value, at most 1, as in scipy.
 *
 * @param base and head: finite, at least one value each
 */
export function testRanks(base: ArrayLike<number>, head: ArrayLike<number>): RankTest {
  const ranks = base.length <= head.length ? rank(base, head) : rank(head, base);
  const observed = ranks.all.subarray(0, ranks.small).reduce((sum, one) => sum + one, 0);
  const steps = ranks.all.length * ranks.small * largestSum(ranks);
  if (steps <= MOST_STEPS) return { p: countExactly(ranks, observed), method: 'exact' };
  if (ranks.small <= MOST_PERMUTED && ranks.all.length <= MOST_PLACES)
    return { p: permute(ranks, observed), method: 'permutations' };
  return { p: approximate(ranks, observed), method: 'normal' };
}

/** The smallest p-value that samples of these sizes can have, if no values are equal. */
export function smallestP(base: number, head: number): number {
  let splits = 1;
  for (let chosen = 1; chosen <= Math.min(base, head); chosen++) splits *= (base + head + 1 - chosen) / chosen;
  return Math.min(1, 2 / splits);
}

function rank(small: ArrayLike<number>, large: ArrayLike<number>): Ranks {
  const sorted = sortNumbers([...Array.from(small), ...Array.from(large)]);
  const rankOf = new Map<number, number>();
  let ties = 0;
  for (let start = 0; start < sorted.length;) {
    let end = start + 1;
    while (end < sorted.length && sorted[end] === sorted[start]) end++;
    rankOf.set(sorted[start]!, start + end - 1);
    ties += (end - start) ** 3 - (end - start);
    start = end;
  }
  const all = Int32Array.from([...Array.from(small), ...Array.from(large)], (value) => rankOf.get(value)!);
  // Without equal values all are even.
  return { all: ties === 0 ? all.map((one) => one / 2) : all, small: small.length, hasTies: ties > 0, ties };
}

function largestSum({ all, small }: Ranks): number {
  return all
    .toSorted()
    .subarray(all.length - small)
    .reduce((sum, one) => sum + one, 0);
}

/** Counts, for each number of values and each sum of their ranks, the choices that have it. */
function countExactly(ranks: Ranks, observed: number): number {
  const largest = largestSum(ranks);
  const width = largest + 1;
  const counts = new Float64Array((ranks.small + 1) * width);
  counts[0] = 1;
  for (const [seen, value] of ranks.all.entries()) {
    for (let chosen = Math.min(ranks.small, seen + 1); chosen > 0; chosen--) {
      const [to, from] = [chosen * width, (chosen - 1) * width - value];
      for (let sum = value; sum <= largest; sum++) counts[to + sum]! += counts[from + sum]!;
    }
  }
  let [low, high, total] = [0, 0, 0];
  for (const [sum, count] of counts.subarray(ranks.small * width).entries()) {
    total += count;
    if (sum <= observed) low += count;
    if (sum >= observed) high += count;
  }
  return Math.min(1, (2 * Math.min(low, high)) / total);
}

/** The choices of {@link PERMUTATIONS}, one table per pair of sizes: all metrics of a run have the same few sizes. */
const tables = new Map<string, Uint16Array>();

function drawChoices(size: number, small: number): Uint16Array {
  const key = `${size} ${small}`;
  const known = tables.get(key);
  if (known) return known;
  const random = createRandom(SEED);
  const places = Uint16Array.from({ length: size }, (_, index) => index);
  const table = new Uint16Array(PERMUTATIONS * small);
  for (let at = 0; at < table.length; at++) {
    const place = at % small;
    const other = place + Math.floor(random() * (size - place));
    const chosen = places[other]!;
    places[other] = places[place]!;
    places[place] = chosen;
    table[at] = chosen;
  }
  // One table is up to 40 MB, so only the newest is kept.
  tables.clear();
  tables.set(key, table);
  return table;
}

function permute({ all, small }: Ranks, observed: number): number {
  const table = drawChoices(all.length, small);
  let [low, high] = [0, 0];
  for (let start = 0; start < table.length; start += small) {
    const end = start + small;
    // Two sums at a time: each waits for its own last addition only.
    let [sum, other] = [0, 0];
    let at = start;
    for (; at + 1 < end; at += 2) {
      sum += all[table[at]!]!;
      other += all[table[at + 1]!]!;
    }
    sum += other + (at < end ? all[table[at]!]! : 0);
    if (sum <= observed) low++;
    if (sum >= observed) high++;
  }
  // The samples as they are count as one more permutation, so that no p-value is 0.
  return Math.min(1, (2 * (1 + Math.min(low, high))) / (1 + PERMUTATIONS));
}

/** With the correction for ties and for continuity. */
function approximate({ all, small, hasTies, ties }: Ranks, observed: number): number {
  const size = all.length;
  const other = size - small;
  const u = observed / (hasTies ? 2 : 1) - (small * (small - 1)) / 2;
  const variance = ((small * other) / 12) * (size + 1 - ties / (size * (size - 1)));
  if (variance === 0) return 1;
  return Math.min(1, 2 * upperTail((Math.abs(u - (small * other) / 2) - 0.5) / Math.sqrt(variance)));
}
