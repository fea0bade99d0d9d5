import { builtAt, byBuildDate } from './build-date.js';
import type { OwnImage, OwnSnapshot } from './ports.js';
import type { Uses } from './uses.js';

/** Decided from facts alone; in doubt the decision is `keep`. Each `why` completes "because …". */
export interface PruneDecision {
  readonly kind: 'keep' | 'remove';
  readonly why: string;
}

const DAY_MS = 86_400_000;
/** A new image and its snapshots appear in the listings one after the other, so anything younger than this is kept. */
const GRACE_MS = DAY_MS;

export interface PruneFacts {
  /** How many of the newest available images stay, at least 1. */
  readonly keep: number;
  readonly uses: Uses;
  readonly now: number;
}

/** Judges all images of one preset in one region. @returns the newest build first */
export function judgeImages(
  images: readonly OwnImage[],
  facts: PruneFacts,
): readonly { readonly image: OwnImage; readonly decision: PruneDecision }[] {
  const sorted = images.toSorted(byBuildDate);
  const available = sorted.filter(({ state }) => state === 'available');
  // A preset that has an available image always keeps one.
  const newest = available.slice(0, Math.max(1, facts.keep));
  return sorted.map((image) => ({ image, decision: judge(image, newest, facts) }));
}

function judge(image: OwnImage, newest: readonly OwnImage[], { uses, now }: PruneFacts): PruneDecision {
  const own = uses.get(image.id);
  // Its uses were not listed, so it must not be removed.
  if (own === undefined) return { kind: 'keep', why: 'its uses are not known' };
  if (own.length > 0) return { kind: 'keep', why: `it is in use by ${own.map(({ user }) => user).join(', ')}` };
  if (newest.includes(image)) {
    return { kind: 'keep', why: newest.length === 1 ? 'it is the newest' : `it is among the ${newest.length} newest` };
  }
  switch (image.state) {
    case 'available':
      return { kind: 'remove', why: `${newest.length} newer ${newest.length === 1 ? 'one is' : 'ones are'} kept` };
    case 'failed':
    case 'invalid':
    case 'error':
      return now - builtAt(image) < GRACE_MS
        ? { kind: 'keep', why: `it is ${image.state}, and younger than a day` }
        : { kind: 'remove', why: `it is ${image.state}` };
    case 'disabled':
      return { kind: 'keep', why: 'it was disabled by a person' };
    default:
      return { kind: 'keep', why: `it is ${image.state}` };
  }
}

/** Judges a snapshot that may have no image. EC2 itself refuses to delete a snapshot that an image needs. */
export function judgeSnapshot(snapshot: OwnSnapshot, images: readonly OwnImage[], now: number): PruneDecision {
  const owner = images.find(({ snapshotIds }) => snapshotIds.includes(snapshot.id));
  if (owner) return { kind: 'keep', why: `${owner.id} needs it` };
  if (snapshot.state === 'pending') return { kind: 'keep', why: 'it is being made' };
  if (now - snapshot.createdAt < GRACE_MS) return { kind: 'keep', why: 'it is younger than a day' };
  return { kind: 'remove', why: 'its image is gone' };
}
