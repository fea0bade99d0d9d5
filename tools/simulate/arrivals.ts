/**
 * Draws when the starts of an hour begin, in ms from the beginning of the hour, sorted. Starts come in batches, as from a
 * workflow with several jobs. The batches come at random moments.
 */
export function drawArrivals(starts: number, batch: number, random: () => number): number[] {
  const batches = Array.from({ length: Math.ceil(starts / batch) }, () => random() * HOUR_MS);
  const all = batches.sort((one, other) => one - other).flatMap((at) => Array.from({ length: batch }, () => at));
  return all.slice(0, starts);
}

export const HOUR_MS = 3_600_000;
