import { TAG } from '../kernel/identity.js';
import type { OwnImage } from './ports.js';

const DAY_MS = 86_400_000;
/**
 * GitHub refuses a runner 30 days after its successor's release, so an image is rebuilt every few weeks, and one of
 * 60 days serves nobody. Deprecation takes nothing away from the owner: EC2 only tells everybody that it is old.
 */
const USEFUL_MS = 60 * DAY_MS;

/** When the image was built (epoch ms): a copy is as old as its original. */
export function builtAt({ tags, createdAt }: Pick<OwnImage, 'tags' | 'createdAt'>): number {
  const tagged = Date.parse(tags[TAG.builtAt] ?? '');
  return Number.isNaN(tagged) ? createdAt : tagged;
}

/** 60 days after the build, and never before tomorrow: EC2 takes no date in the past. */
export function deprecationDate(image: OwnImage, now: number): number {
  return Math.max(builtAt(image) + USEFUL_MS, now + DAY_MS);
}

/** Whole days, for people. */
export function daysBetween(from: number, to: number): number {
  return Math.floor((to - from) / DAY_MS);
}

/** The youngest build first. */
export function byBuildDate(a: OwnImage, b: OwnImage): number {
  return builtAt(b) - builtAt(a) || b.createdAt - a.createdAt || a.id.localeCompare(b.id);
}
