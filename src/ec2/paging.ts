import type { Filter, Tag } from '@aws-sdk/client-ec2';
import type { TagFilter } from '../core/ports/ec2.js';
import { IncompleteResponse } from './errors.js';
import type { Requests } from './requests.js';

/** The largest number of values in one filter. Source: EC2 API reference, `Filter`. */
const FILTER_VALUES = 200;

export interface Page<T> {
  /** EC2 sends even an empty list. A response without a list does not come from EC2. */
  readonly items: readonly T[] | undefined;
  readonly next: string | undefined;
}

/** Reads all pages. An empty page may not be the last, so only a missing token ends the reading. */
export async function readPages<T>(
  requests: Requests,
  action: string,
  readPage: (token: { NextToken?: string }) => Promise<Page<T>>,
): Promise<T[]> {
  const items: T[] = [];
  let token: { NextToken?: string } = {};
  for (;;) {
    const { items: found, next } = await requests.ask(action, async () => requireList(await readPage(token)));
    items.push(...found);
    if (!next) return items;
    token = { NextToken: next };
  }
}

function requireList<T>({ items, next }: Page<T>): { items: readonly T[]; next: string | undefined } {
  if (!items) throw new IncompleteResponse('the response has no list');
  return { items, next };
}

/** Requests by a filter. Without values no request is sent, because EC2 would ignore an empty filter. */
export async function byFilter<T>(
  name: string,
  values: readonly string[],
  read: (filters: Filter[]) => Promise<T[]>,
): Promise<T[]> {
  const answers = await Promise.all(chunk(values, FILTER_VALUES).map((some) => read([{ Name: name, Values: some }])));
  return answers.flat();
}

export function chunk<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));
}

export function readTags(tags: readonly Tag[] | undefined): Record<string, string> {
  return Object.fromEntries((tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
}

export function toTags(tags: Readonly<Record<string, string>>): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

export function toTagFilters(tags: TagFilter): Filter[] {
  return Object.entries(tags).map(([key, wanted]) => {
    if (typeof wanted === 'string') return { Name: `tag:${key}`, Values: [escapeWildcards(wanted)] };
    if ('startsWith' in wanted) return { Name: `tag:${key}`, Values: [`${escapeWildcards(wanted.startsWith)}*`] };
    // Filters are case-sensitive, so each letter is replaced by "any one character".
    return { Name: 'tag-key', Values: [escapeWildcards(key).replace(/[a-z]/gi, '?')] };
  });
}

/** Escapes the wildcards of a filter: `*`, `?` and the escape character `\`. */
function escapeWildcards(value: string): string {
  return value.replace(/[\\*?]/g, '\\$&');
}
