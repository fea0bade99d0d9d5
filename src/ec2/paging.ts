import type { Filter, Tag } from '@aws-sdk/client-ec2';
import type { TagFilter } from '../core/ports/ec2.js';
import { GarbledAnswer } from './errors.js';
import type { Requests } from './requests.js';

/** How many values one filter takes. Source: EC2 API reference, `Filter`. */
const FILTER_VALUES = 200;

export interface Page<T> {
  /** EC2 sends an empty list as such: where there is none at all, something else has answered. */
  readonly items: readonly T[] | undefined;
  readonly next: string | undefined;
}

/** Reads to the last page. A page may be empty and still not be the last, so only the token counts. */
export async function readPages<T>(
  requests: Requests,
  action: string,
  readPage: (token: { NextToken?: string }) => Promise<Page<T>>,
): Promise<T[]> {
  const items: T[] = [];
  let token: { NextToken?: string } = {};
  for (;;) {
    const { items: found, next } = await requests.ask(action, async () => listed(await readPage(token)));
    items.push(...found);
    if (!next) return items;
    token = { NextToken: next };
  }
}

function listed<T>({ items, next }: Page<T>): { items: readonly T[]; next: string | undefined } {
  if (!items) throw new GarbledAnswer('the answer has no list');
  return { items, next };
}

/** No values, no request: EC2 would take an empty filter for none at all. */
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

export function toTagFilters(tags: TagFilter): Filter[] {
  return Object.entries(tags).map(([key, wanted]) => {
    if (typeof wanted === 'string') return { Name: `tag:${key}`, Values: [literally(wanted)] };
    if ('startsWith' in wanted) return { Name: `tag:${key}`, Values: [`${literally(wanted.startsWith)}*`] };
    // Filters compare case-sensitively, and have nothing closer than "any one character".
    return { Name: 'tag-key', Values: [literally(key).replace(/[a-z]/gi, '?')] };
  });
}

/** The value itself: in a filter, `*` and `?` stand for others and `\` takes that meaning away. */
function literally(value: string): string {
  return value.replace(/[\\*?]/g, '\\$&');
}
