import { Ec2Error, refuseValue } from '../world/errors.js';
import type { Params } from './params.js';

/** How a filter reads a resource: one value, several of which one must match, or none. */
export type FilterFields<T> = Readonly<Record<string, (thing: T) => string | readonly string[] | undefined>>;

/**
 * Applies `Filter.N`. All filters must hold; one value of each is enough. `*` and `?` are wildcards, and case counts.
 * @throws Ec2Error for a filter that the operation does not have, and for more than 200 values.
 */
export function applyFilters<T extends object>(things: readonly T[], params: Params, fields: FilterFields<T>): T[] {
  const tests = params.structures('Filter').map((filter) => readFilter(filter, fields));
  return things.filter((thing) => tests.every((test) => test(thing)));
}

function readFilter<T extends object>(filter: Params, fields: FilterFields<T>): (thing: T) => boolean {
  const name = filter.require('Name');
  const values = filter.list('Value');
  if (values.length === 0) throw new Ec2Error('InvalidParameterValue', 'The filter value can not be null or empty');
  if (values.length > 200) {
    throw new Ec2Error('FilterLimitExceeded', 'The maximum number of filter values specified on a single call is 200');
  }
  // Plain values are looked up instead of matched, because a listing may have ten thousand entries.
  const plain = new Set(values.filter((value) => !/[*?\\]/.test(value)));
  const patterns = values.filter((value) => !plain.has(value)).map(toPattern);
  const isWanted = (found: string): boolean => plain.has(found) || patterns.some((pattern) => pattern.test(found));
  const read = findField(name, fields);
  return (thing) => {
    const found = read(thing);
    if (found === undefined) return false;
    return typeof found === 'string' ? isWanted(found) : found.some(isWanted);
  };
}

function findField<T extends object>(name: string, fields: FilterFields<T>): FilterFields<T>[string] {
  if (name.startsWith('tag:')) return (thing) => tagsOf(thing).get(name.slice('tag:'.length));
  if (name === 'tag-key') return (thing) => [...tagsOf(thing).keys()];
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (!field) throw new Ec2Error('InvalidParameterValue', `The filter '${name}' is invalid`);
  return field;
}

function tagsOf(thing: object): ReadonlyMap<string, string> {
  return 'tags' in thing && thing.tags instanceof Map ? thing.tags : NO_TAGS;
}

const NO_TAGS: ReadonlyMap<string, string> = new Map();

/** A backslash escapes a wildcard. */
function toPattern(value: string): RegExp {
  const source = value.replace(/\\[*?\\]|[\s\S]/g, (part) => {
    if (part === '*') return '[\\s\\S]*';
    if (part === '?') return '[\\s\\S]';
    return (part.length === 2 ? part.slice(1) : part).replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
  });
  return new RegExp(`^${source}$`, 'u');
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken?: string;
}

/** One page by `MaxResults` and `NextToken`. Without `MaxResults`, all remaining items. */
export function cutPage<T>(items: readonly T[], params: Params, bounds: { min: number; max: number }): Page<T> {
  const size = params.integer('MaxResults');
  if (size !== undefined && size < bounds.min) {
    throw refuseValue(`${size}`, 'maxResults', `Expecting a value greater than or equal to ${bounds.min}.`);
  }
  const token = params.text('NextToken');
  const start = token === undefined ? 0 : readToken(token);
  const end = size === undefined ? items.length : start + Math.min(size, bounds.max);
  const page = { items: items.slice(start, end) };
  return end < items.length ? { ...page, nextToken: Buffer.from(`from ${end}`).toString('base64') } : page;
}

function readToken(token: string): number {
  const start = /^from (\d+)$/.exec(Buffer.from(token, 'base64').toString('latin1'))?.[1];
  if (start === undefined) throw new Ec2Error('InvalidNextToken', 'The specified NextToken is not valid.');
  return Number(start);
}
