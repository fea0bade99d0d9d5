import type { PastRun } from './entry.js';

/** The runs of a version tag. */
export interface Release {
  readonly tag: string;
  /** Oldest first. */
  readonly runs: readonly PastRun[];
}

interface Version {
  readonly numbers: readonly number[];
  /** `rc.1` of `v2.0.0-rc.1`. '' for a release. */
  readonly preRelease: string;
}

/**
 * The newest release in a history: the highest version among the tags, such as `v1.2.3`, `1.2` or `release-1.2`. A
 * pre-release such as `v2.0.0-rc.1` counts only if there is nothing else. Other tags, such as `nightly`, do not count.
 *
 * @param runs oldest first
 * @param ownTag of the run that is judged: only versions below it count, so that a fix of an old version is compared with
 *   that version
 */
export function newestRelease(runs: readonly PastRun[], ownTag?: string): Release | undefined {
  const own = ownTag === undefined ? undefined : parseVersion(ownTag);
  let newest: { readonly tag: string; readonly version: Version } | undefined;
  for (const tag of new Set(runs.map((run) => run.tag))) {
    if (tag === undefined || tag === ownTag) continue;
    const version = parseVersion(tag);
    if (!version || (own && compare(version, own) >= 0)) continue;
    if (!newest || isPreferred(version, newest.version)) newest = { tag, version };
  }
  return newest && { tag: newest.tag, runs: runs.filter(({ tag }) => tag === newest.tag) };
}

const NUMBERS = String.raw`(\d+(?:[._-]\d+)*)(.*)$`;
/** After a `v`, the numbers are a version for certain: `py3-v1.2`. */
const FORMS = [new RegExp(`(?:^|[-_/@])v${NUMBERS}`, 'i'), new RegExp(`(?:^|[-_/@])[a-z]*${NUMBERS}`, 'i')];
/** What follows the numbers of a release: `+build`, Python's `.post1`, Java's `.RELEASE`. */
const OF_RELEASE = /^([.-](post|final|release|ga)[.-]?\d*)?(\+.*)?$/i;

function parseVersion(tag: string): Version | undefined {
  const [, numbers, rest = ''] = FORMS.map((form) => form.exec(tag)).find((found) => found) ?? [];
  if (numbers === undefined) return undefined;
  return { numbers: numbers.split(/[._-]/).map(Number), preRelease: OF_RELEASE.test(rest) ? '' : rest };
}

/** Of two equal versions the later one. */
function isPreferred(version: Version, other: Version): boolean {
  const [isFinal, isOtherFinal] = [version, other].map(({ preRelease }) => preRelease === '');
  return isFinal === isOtherFinal ? compare(version, other) >= 0 : isFinal!;
}

/** Negative if the first is lower. A pre-release is lower than its release. */
function compare(one: Version, other: Version): number {
  for (let place = 0; place < Math.max(one.numbers.length, other.numbers.length); place += 1) {
    const difference = (one.numbers[place] ?? 0) - (other.numbers[place] ?? 0);
    if (difference !== 0) return difference;
  }
  if (one.preRelease === '' || other.preRelease === '') {
    return Number(one.preRelease === '') - Number(other.preRelease === '');
  }
  // By numbers: rc.2 is before rc.10.
  return one.preRelease.localeCompare(other.preRelease, 'en', { numeric: true });
}
