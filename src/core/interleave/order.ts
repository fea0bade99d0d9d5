import { createRandom } from '../kernel/random.js';

/** One run of a side. */
export interface SideRun {
  readonly side: string;
  /** From 1, of the side. */
  readonly run: number;
}

/**
 * The order of all runs. Each round has one run of both sides, so a machine that becomes slower meets both alike. Which
 * side is first in a round is by chance, for disturbances that come at intervals, but each side is first in half of the
 * rounds: the first run of a round has another machine before it than the second.
 *
 * @param runs of each side
 * @param seed the same one gives the same order on every machine
 */
export function orderRuns(sides: readonly [string, string], runs: number, seed: string): readonly SideRun[] {
  const random = createRandom(hash(seed));
  // With an odd number of rounds, chance decides which side is first once more.
  const offset = random() < 0.5 ? 0 : 1;
  const firsts = Array.from({ length: runs }, (_, round) => (round + offset) % 2);
  for (let at = firsts.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [firsts[at], firsts[other]] = [firsts[other]!, firsts[at]!];
  }
  return firsts.flatMap((first, round) => [first, 1 - first].map((side) => ({ side: sides[side]!, run: round + 1 })));
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let state = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) state = Math.imul(state ^ byte, 0x01000193) >>> 0;
  return state;
}
