import { TAG } from './identity.js';
import type { Tags } from './tags.js';

/** A runner as its instance's tags name it. */
export interface TaggedRunner {
  readonly id: number;
  readonly name: string;
}

/**
 * The two tags that name an instance's runners: their ids and their names, separated by spaces, in the same order. A
 * name that differs from the first only behind its last hyphen is written as `-` and that rest, so that 16 runners fit
 * into the 256 characters of a tag's value.
 */
export function runnerTags(runners: readonly TaggedRunner[]): Tags {
  const [first] = runners;
  const shared = first === undefined ? '' : stemOf(first.name);
  const names = runners.map(({ name }, at) =>
    at > 0 && stemOf(name) === shared ? name.slice(shared.length - 1) : name,
  );
  return { [TAG.runnerId]: runners.map(({ id }) => id).join(' '), [TAG.runnerName]: names.join(' ') };
}

/** The inverse of {@link runnerTags}; empty when the tags are missing, malformed, or do not name equally many. */
export function readRunners(tags: Tags): readonly TaggedRunner[] {
  const ids = readRunnerIds(tags);
  const names = readRunnerNames(tags);
  const isWhole = ids.length === names.length && !names.includes('');
  return isWhole ? ids.map((id, at) => ({ id, name: names[at]! })) : [];
}

/** The ids alone, whatever the other tag says; empty when one of them is no id. */
export function readRunnerIds(tags: Tags): readonly number[] {
  const ids = split(tags[TAG.runnerId]).map(readId);
  return ids.includes(0) ? [] : ids;
}

/** The names alone, whatever the other tag says. */
export function readRunnerNames(tags: Tags): readonly string[] {
  const names = split(tags[TAG.runnerName]);
  const shared = stemOf(names[0] ?? '');
  return names.map((name, at) => (at > 0 && name.startsWith('-') ? shared + name.slice(1) : name));
}

/** A name up to its last hyphen, with it. */
function stemOf(name: string): string {
  return name.slice(0, name.lastIndexOf('-') + 1);
}

function split(value: string | undefined): readonly string[] {
  return value === undefined || value === '' ? [] : value.split(' ');
}

/** @returns 0 for what is no id */
function readId(text: string): number {
  return /^[1-9]\d{0,15}$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : 0;
}
