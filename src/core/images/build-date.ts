import { TAG } from '../kernel/identity.js';
import type { OwnImage } from './ports.js';

const DAY_MS = 86_400_000;
/**
 * GitHub refuses a runner version 30 days after the release of the next one, so images are rebuilt every few weeks, and
 * an image is of no use after 60 days. The owner can still use a deprecated image: EC2 only shows that it is old.
 */
const USEFUL_MS = 60 * DAY_MS;

/** When the image was built; epoch ms. A copy has the build date of its original. */
export function builtAt({ tags, createdAt }: Pick<OwnImage, 'tags' | 'createdAt'>): number {
  const tagged = Date.parse(tags[TAG.builtAt] ?? '');
  return Number.isNaN(tagged) ? createdAt : tagged;
}

/** 60 days after the build, but not before tomorrow, because EC2 rejects a date in the past; epoch ms. */
export function deprecationDate(image: OwnImage, now: number): number {
  return Math.max(builtAt(image) + USEFUL_MS, now + DAY_MS);
}

/** Whole days between two times in epoch ms. */
export function daysBetween(from: number, to: number): number {
  return Math.floor((to - from) / DAY_MS);
}

/** Sorts the newest build first. */
export function byBuildDate(a: OwnImage, b: OwnImage): number {
  return builtAt(b) - builtAt(a) || b.createdAt - a.createdAt || a.id.localeCompare(b.id);
}
