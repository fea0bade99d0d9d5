import { builtAt, byBuildDate } from './build-date.js';
import type { OwnImage, OwnSnapshot } from './ports.js';
import type { Uses } from './uses.js';

/** Decided from facts alone; in doubt the answer is `keep`. Each `why` completes "because …" */
export interface PruneDecision {
  readonly kind: 'keep' | 'remove';
  readonly why: string;
}

const DAY_MS = 86_400_000;
/** What is being made shows up in one listing before the other: only what is older than this can be left over. */
const GRACE_MS = DAY_MS;

export interface PruneFacts {
  /** How many of the newest available ones stay, at least 1. */
  readonly keep: number;
  readonly uses: Uses;
  readonly now: number;
}

/** All images of one preset in one region, the youngest build first, each with its decision. */
export function judgeImages(
  images: readonly OwnImage[],
  facts: PruneFacts,
): readonly { readonly image: OwnImage; readonly decision: PruneDecision }[] {
  const sorted = images.toSorted(byBuildDate);
  const available = sorted.filter(({ state }) => state === 'available');
  // Whatever was asked for: a preset that has an image keeps one.
  const newest = available.slice(0, Math.max(1, facts.keep));
  return sorted.map((image) => ({ image, decision: judge(image, newest, facts) }));
}

function judge(image: OwnImage, newest: readonly OwnImage[], { uses, now }: PruneFacts): PruneDecision {
  const own = uses.get(image.id);
  // Nobody asked about this one: it is no candidate.
  if (own === undefined) return { kind: 'keep', why: 'it is not known who uses it' };
  if (own.length > 0) return { kind: 'keep', why: `it is in use by ${own.map(({ who }) => who).join(', ')}` };
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
        ? { kind: 'keep', why: `it is ${image.state}, since less than a day` }
        : { kind: 'remove', why: `it is ${image.state}` };
    case 'disabled':
      return { kind: 'keep', why: 'somebody disabled it' };
    default:
      return { kind: 'keep', why: `it is ${image.state}` };
  }
}

/** Snapshots that an image left behind when it went; EC2 refuses the deletion of one that an image needs. */
export function judgeSnapshot(snapshot: OwnSnapshot, images: readonly OwnImage[], now: number): PruneDecision {
  const owner = images.find(({ snapshotIds }) => snapshotIds.includes(snapshot.id));
  if (owner) return { kind: 'keep', why: `${owner.id} needs it` };
  if (snapshot.state === 'pending') return { kind: 'keep', why: 'it is being made' };
  if (now - snapshot.createdAt < GRACE_MS) return { kind: 'keep', why: 'it is younger than a day' };
  return { kind: 'remove', why: 'its image is gone' };
}
