/** Where a series splits best in two, and how different its sides are. */
export interface Split {
  /** The index of the first value of the right side. */
  readonly at: number;
  /** The energy statistic of the two sides, without a unit; the larger, the more different. */
  readonly energy: number;
}

/**
 * Finds best splits of one series and of its permutations by the energy distance (Matteson and James, 2014), each in n
 * log n: distances to all values on the left are sums over a tree of the values in their order.
 */
export class SplitSearch {
  private readonly size: number;
  /** The values, ascending, and for each place in the series the place of its value among them, from 1. */
  private readonly sorted: Float64Array;
  private readonly ranks: Int32Array;
  /** For each value in order: the sum of its distances to all values. */
  private readonly distances: Float64Array;
  private readonly allDistances: number;
  private readonly counts: Int32Array;
  private readonly sums: Float64Array;

  constructor(values: ArrayLike<number>) {
    this.size = values.length;
    const order = Array.from({ length: this.size }, (_, index) => index).sort((a, b) => values[a]! - values[b]!);
    this.sorted = Float64Array.from(order, (index) => values[index]!);
    this.ranks = new Int32Array(this.size);
    for (const [rank, index] of order.entries()) this.ranks[index] = rank + 1;
    this.distances = sumDistances(this.sorted);
    this.allDistances = this.distances.reduce((sum, one) => sum + one, 0) / 2;
    this.counts = new Int32Array(this.size + 1);
    this.sums = new Float64Array(this.size + 1);
  }

  /** The best split of the series as it was given. */
  find(): Split {
    return this.findIn(this.ranks);
  }

  /**
   * The share of permutations that split at least as well, the series itself among them.
   *
   * @param random numbers in [0, 1)
   * @param limit the search ends when the share is above it
   */
  test(energy: number, { permutations, limit, random }: PermutationPlan): number {
    const shuffled = Int32Array.from(this.ranks);
    let hits = 1;
    for (let count = 0; count < permutations && hits / (permutations + 1) <= limit; count++) {
      shuffleInPlace(shuffled, random);
      if (this.findIn(shuffled).energy >= energy * (1 - 1e-12)) hits++;
    }
    return hits / (permutations + 1);
  }

  private findIn(ranks: Int32Array): Split {
    const { size, sorted, distances, counts, sums, allDistances } = this;
    counts.fill(0);
    sums.fill(0);
    let best: Split = { at: 0, energy: Number.NEGATIVE_INFINITY };
    let [sumLeft, within, across] = [0, 0, 0];
    for (let left = 1; left < size; left++) {
      const rank = ranks[left - 1]!;
      const value = sorted[rank - 1]!;
      let [below, sumBelow] = [0, 0];
      for (let node = rank; node > 0; node -= node & -node) {
        below += counts[node]!;
        sumBelow += sums[node]!;
      }
      // The distances to the values that are already on the left.
      const toLeft = value * (2 * below - (left - 1)) + sumLeft - 2 * sumBelow;
      for (let node = rank; node <= size; node += node & -node) {
        counts[node]! += 1;
        sums[node]! += value;
      }
      sumLeft += value;
      within += toLeft;
      across += distances[rank - 1]! - 2 * toLeft;
      const right = size - left;
      const energy =
        (2 * across -
          timesMeanDistance(within, left) * right -
          timesMeanDistance(allDistances - within - across, right) * left) /
        size;
      if (energy > best.energy) best = { at: left, energy };
    }
    return best;
  }
}

export interface PermutationPlan {
  readonly permutations: number;
  readonly limit: number;
  readonly random: () => number;
}

/** `count` times the mean distance of the pairs of a side; 0 for a side without pairs. */
function timesMeanDistance(sum: number, count: number): number {
  return count > 1 ? (2 * sum) / (count - 1) : 0;
}

function sumDistances(sorted: Float64Array): Float64Array {
  const total = sorted.reduce((sum, value) => sum + value, 0);
  let below = 0;
  return sorted.map((value, index) => {
    const distance = value * index - below + (total - below - value * (sorted.length - index));
    below += value;
    return distance;
  });
}

function shuffleInPlace(items: Int32Array, random: () => number): void {
  for (let last = items.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const item = items[last]!;
    items[last] = items[other]!;
    items[other] = item;
  }
}
