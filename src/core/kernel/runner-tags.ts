import { TAG } from './identity.js';
import type { Tags } from './tags.js';

/** A runner, as the tags of its instance name it. */
export interface TaggedRunner {
  readonly id: number;
  readonly name: string;
}

/**
 * The two tags that name the runners of an instance: their ids and their names, separated by spaces, in the same order.
 * A name that differs from the first name only after its last hyphen is shortened to `-` and that last part. So 16
 * runners fit into the 256 characters of a tag's value.
 */
export function runnerTags(runners: readonly TaggedRunner[]): Tags {
  const [first] = runners;
  const shared = first === undefined ? '' : stemOf(first.name);
  const names = runners.map(({ name }, at) =>
    at > 0 && stemOf(name) === shared ? name.slice(shared.length - 1) : name,
  );
  return { [TAG.runnerId]: runners.map(({ id }) => id).join(' '), [TAG.runnerName]: names.join(' ') };
}

/** The inverse of {@link runnerTags}. Empty if a tag is missing or malformed, or if the tags differ in their count. */
export function readRunners(tags: Tags): readonly TaggedRunner[] {
  const ids = readRunnerIds(tags);
  const names = readRunnerNames(tags);
  const isWhole = ids.length === names.length && !names.includes('');
  return isWhole ? ids.map((id, at) => ({ id, name: names[at]! })) : [];
}

/** The ids alone, even if the tag of the names is malformed. Empty if one of them is not an id. */
export function readRunnerIds(tags: Tags): readonly number[] {
  const ids = split(tags[TAG.runnerId]).map(readId);
  return ids.includes(0) ? [] : ids;
}

/** The names alone, even if the tag of the ids is malformed. */
export function readRunnerNames(tags: Tags): readonly string[] {
  const names = split(tags[TAG.runnerName]);
  const shared = stemOf(names[0] ?? '');
  return names.map((name, at) => (at > 0 && name.startsWith('-') ? shared + name.slice(1) : name));
}

/** The name up to and including its last hyphen. */
function stemOf(name: string): string {
  return name.slice(0, name.lastIndexOf('-') + 1);
}

function split(value: string | undefined): readonly string[] {
  return value === undefined || value === '' ? [] : value.split(' ');
}

/** @returns 0 for a text that is not an id */
function readId(text: string): number {
  return /^[1-9]\d{0,15}$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : 0;
}
