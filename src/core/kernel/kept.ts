import { TAG } from './identity.js';
import type { Tags } from './tags.js';

/** Until when something of ours is kept: epoch ms, or why that is not known. `undefined`: it is no kept thing. */
export type Kept = { readonly until: number } | { readonly doubt: string } | undefined;

/** An ISO 8601 time in UTC, as {@link renderKeepUntil} writes it, with or without milliseconds. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** Reads until when a volume or snapshot is kept. A person may have edited its tags. */
export function readKept(tags: Tags): Kept {
  const text = tags[TAG.keepUntil];
  if (text === undefined) {
    return tags[TAG.volume] === undefined ? undefined : { doubt: `its tag ${TAG.keepUntil} is missing` };
  }
  const until = TIME.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(until)
    ? { doubt: `its tag ${TAG.keepUntil} is ${JSON.stringify(text)}, which is not a time` }
    : { until };
}

/** @param now epoch ms */
export function renderKeepUntil(now: number, days: number): string {
  return new Date(now + days * 86_400_000).toISOString();
}
