/**
 * When starts begin within an hour, in ms from its beginning, sorted: in batches, as a workflow starts several at once,
 * the batches at random moments.
 */
export function drawArrivals(starts: number, batch: number, random: () => number): number[] {
  const batches = Array.from({ length: Math.ceil(starts / batch) }, () => random() * HOUR_MS);
  const all = batches.sort((one, other) => one - other).flatMap((at) => Array.from({ length: batch }, () => at));
  return all.slice(0, starts);
}

export const HOUR_MS = 3_600_000;
