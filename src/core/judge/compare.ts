import type { Figure } from '../figures/figure.js';
import { factorBetween } from '../figures/units.js';
import { plural } from '../kernel/plural.js';
import { quantileOfTail } from './normal.js';
import { testRanks, smallestP } from './rank-test.js';
import { relativeChange } from './relative-change.js';
import { median, sortNumbers } from '../figures/statistics.js';

/** A metric's new values beside its old ones. */
export interface Comparison {
  /** `change`: larger than the minimum change, and not by chance. It says nothing about better or worse. */
  readonly outcome: 'change' | 'no-change' | 'undecided';
  /** Medians in the metric's unit. Undefined if there are none. */
  readonly before?: number;
  readonly after?: number;
  /** Example: 0.05 for 5 % more. Undefined if {@link before} is 0. */
  readonly relative?: number;
  /** The interval of {@link relative}, at the confidence of the comparison. */
  readonly interval?: readonly [number, number];
  /** The probability of such ranks without a change. */
  readonly p?: number;
  /** Why it is undecided, as a clause. */
  readonly reason?: string;
}
export interface CompareLimits {
  /** Example: 0.02. A smaller change of the medians is no change. */
  readonly minimumChange: number;
  /** Example: 0.99. */
  readonly confidence: number;
  /** The fewest runs on each side. Example: 5. */
  readonly minSamples: number;
}

/**
 * Compares the values of two sides, one per run of the measuring process: values that one process measured resemble each
 * other more than those of the next process, and count as one.
 */
export function compareSamples(base: readonly number[], head: readonly number[], limits: CompareLimits): Comparison {
  const alpha = 1 - limits.confidence;
  if (base.length === 0 || head.length === 0) {
    return { outcome: 'undecided', reason: `the ${base.length === 0 ? 'base' : 'head'} has no values` };
  }
  const [before, after] = [median(base), median(head)];
  const relative = relativeChange(before, after);
  const medians = { before, after, ...(relative !== undefined && { relative }) };
  const fewest = Math.min(base.length, head.length);
  if (fewest < limits.minSamples || smallestP(base.length, head.length) > alpha) {
    return { outcome: 'undecided', ...medians, reason: describeTooFew(base.length, head.length, limits) };
  }
  const { p } = testRanks(base, head);
  const isLarge = after !== before && (relative === undefined || Math.abs(relative) >= limits.minimumChange);
  const interval = findInterval(base, head, alpha);
  return { outcome: isLarge && p <= alpha ? 'change' : 'no-change', ...medians, ...(interval && { interval }), p };
}

function describeTooFew(base: number, head: number, { minSamples, confidence }: CompareLimits): string {
  const needed = Math.max(minSamples, fewestRuns(1 - confidence));
  return `${plural(base, 'run')} of the base and ${head} of the head are too few: it takes ${needed} of each`;
}

/** The number of runs a side with which a p-value can be as small. */
function fewestRuns(alpha: number): number {
  let runs = 1;
  while (smallestP(runs, runs) > alpha && runs < 500) runs++;
  return runs;
}

/** The most values of a side that the interval is found from. More are thinned in their order. */
const MOST_IN_INTERVAL = 100;

/**
 * The interval of the relative change: of the quotients of all pairs, the middle ones (Hodges and Lehmann). Undefined if
 * a value is 0 or negative, or the quotients have no end.
 */
function findInterval(base: readonly number[], head: readonly number[], alpha: number): [number, number] | undefined {
  const [before, after] = [thin(base), thin(head)];
  if (before[0]! <= 0 || after[0]! <= 0) return undefined;
  const quotients = new Float64Array(before.length * after.length);
  for (const [index, divisor] of before.entries()) {
    for (const [place, value] of after.entries()) quotients[index * after.length + place] = value / divisor - 1;
  }
  quotients.sort();
  const pairs = base.length * head.length;
  const width = quantileOfTail(alpha / 2) * Math.sqrt((pairs * (base.length + head.length + 1)) / 12);
  const cut = Math.max(0, Math.floor(((pairs / 2 - width) / pairs) * quotients.length));
  const [low, high] = [quotients[cut]!, quotients[quotients.length - 1 - cut]!];
  return Number.isFinite(high) ? [low, high] : undefined;
}

function thin(values: readonly number[]): Float64Array {
  const sorted = sortNumbers(values);
  if (sorted.length <= MOST_IN_INTERVAL) return sorted;
  const step = (sorted.length - 1) / (MOST_IN_INTERVAL - 1);
  return Float64Array.from({ length: MOST_IN_INTERVAL }, (_, index) => sorted[Math.round(index * step)]!);
}

/**
 * Compares all metrics of the head with those of the base.
 *
 * @param base and head: the figures of each run of the measuring process, or of a tool that runs it several times
 * @returns one per metric of the base or the head, by name
 */
export function compareRuns(
  base: readonly (readonly Figure[])[],
  head: readonly (readonly Figure[])[],
  limits: CompareLimits,
): ReadonlyMap<string, Comparison> {
  const [before, after] = [groupByName(base), groupByName(head)];
  return new Map(
    [...new Set([...before.keys(), ...after.keys()])].map((name) => {
      const [left = [], right = []] = [before.get(name), after.get(name)];
      const all = [...left, ...right];
      const units = [...new Set(all.map(({ unit = '' }) => unit))];
      const { unit } = right[0] ?? left[0]!;
      const comparison: Comparison = all.some((figure) => factorBetween(figure.unit, unit) === undefined)
        ? {
            outcome: 'undecided',
            reason: `its unit is not the same in all runs: ${units.map((unit) => unit || 'none').join(', ')}`,
          }
        : compareSamples(listAll(left, unit), listAll(right, unit), limits);
      return [name, comparison] as const;
    }),
  );
}

/** The values of all runs, in one unit. */
function listAll(figures: readonly Figure[], unit: string | undefined): readonly number[] {
  return figures.flatMap((figure) => {
    const factor = factorBetween(figure.unit, unit) ?? 1;
    return listRuns(figure).map((value) => value * factor);
  });
}

function groupByName(runs: readonly (readonly Figure[])[]): Map<string, Figure[]> {
  const groups = new Map<string, Figure[]>();
  for (const run of runs) {
    for (const figure of run) {
      const group = groups.get(figure.name);
      if (group) group.push(figure);
      else groups.set(figure.name, [figure]);
    }
  }
  return groups;
}

/** The values of a figure that count: one for each run of the measuring process. */
export function listRuns(figure: Figure): readonly number[] {
  return figure.areRuns ? figure.samples : [summarize(figure)];
}

/** The one value of a figure that is judged: the median of its samples. */
export function summarize({ samples }: Figure): number {
  return median(samples);
}
