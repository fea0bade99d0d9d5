import { TAG } from './identity.js';
import type { Tags } from './tags.js';

/** A runner, as the tags of its instance name it. */
export interface TaggedRunner {
  /** `undefined`: the instance registers the runner itself, so that it has no id before. */
  readonly id: number | undefined;
  readonly name: string;
}

/** Stands in the tag of the ids for a runner that its instance registers. */
const NO_ID = '-';

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
  const ids = runners.map(({ id = NO_ID }) => id);
  return { [TAG.runnerId]: ids.join(' '), [TAG.runnerName]: names.join(' ') };
}

/** The inverse of {@link runnerTags}. Empty if a tag is missing or malformed, or if the tags differ in their count. */
export function readRunners(tags: Tags): readonly TaggedRunner[] {
  const ids = readRunnerIds(tags);
  const names = readRunnerNames(tags);
  const isWhole = ids.length === names.length && !names.includes('');
  return isWhole ? ids.map((id, at) => ({ id, name: names[at]! })) : [];
}

/** The ids alone, even if the tag of the names is malformed. Empty if one of them is not an id. */
export function readRunnerIds(tags: Tags): readonly (number | undefined)[] {
  const ids = split(tags[TAG.runnerId]).map(readId);
  return ids.includes(0) ? [] : ids;
}

/** The names alone, even if the tag of the ids is malformed. */
export function readRunnerNames(tags: Tags): readonly string[] {
  const names = split(tags[TAG.runnerName]);
  const shared = stemOf(names[0] ?? '');
  return names.map((name, at) => (at > 0 && name.startsWith('-') ? shared + name.slice(1) : name));
}

/**
 * A test for the registered runners that the tags of these instances name: by id, even if the tag of the names is
 * malformed, and by name where the instance has registered the runner.
 */
export function createTagTest(instances: readonly { readonly tags: Tags }[]): (runner: TaggedRunner) => boolean {
  const ids = new Set(instances.flatMap(({ tags }) => readRunnerIds(tags)));
  const tagged = instances.flatMap(({ tags }) => readRunners(tags));
  const names = new Set(tagged.flatMap(({ id, name }) => (id === undefined ? name : [])));
  return ({ id, name }) => (id !== undefined && ids.has(id)) || names.has(name);
}

/** The name up to and including its last hyphen. */
function stemOf(name: string): string {
  return name.slice(0, name.lastIndexOf('-') + 1);
}

function split(value: string | undefined): readonly string[] {
  return value === undefined || value === '' ? [] : value.split(' ');
}

/** @returns 0 for a text that is neither an id nor its substitute */
function readId(text: string): number | undefined {
  if (text === NO_ID) return undefined;
  return /^[1-9]\d{0,15}$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : 0;
}
