import { readKept } from '../kernel/kept.js';
import type { DataVolume, Snapshot } from '../ports/volumes.js';

/**
 * How long after its creation a volume may be one of several that starts created at the same time. A start lists the
 * volumes of its name again right after it created one, and deletes its own if another start was first.
 */
const UNSETTLED_MS = 10 * 60_000;

/**
 * Sorts volumes of one name: first the one to use. A volume that has been there for a while comes before new ones,
 * and the last used one first, because its content is the newest. Of new ones the oldest comes first, then the one with
 * the lowest id: so all starts that created one at the same time choose the same one.
 */
export function rankVolumes(volumes: readonly DataVolume[], now: number): DataVolume[] {
  const usable = volumes.filter(({ state }) => ['available', 'in-use', 'creating'].includes(state));
  const isSettled = ({ createdAt }: DataVolume) => now - createdAt >= UNSETTLED_MS;
  const byAge = (a: DataVolume, b: DataVolume) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1);
  return usable.toSorted((a, b) => {
    if (isSettled(a) !== isSettled(b)) return isSettled(a) ? -1 : 1;
    return isSettled(a) ? lastUse(b) - lastUse(a) || byAge(a, b) : byAge(a, b);
  });
}

/** The newest snapshot that can be used. */
export function findNewest(snapshots: readonly Snapshot[]): Snapshot | undefined {
  return snapshots.filter(({ state }) => state === 'completed').toSorted((a, b) => b.createdAt - a.createdAt)[0];
}

/** Each use sets the time until when the volume is kept, so that a later time means a later use. */
function lastUse({ tags }: DataVolume): number {
  const kept = readKept(tags);
  return kept && 'until' in kept ? kept.until : 0;
}
