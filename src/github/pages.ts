import type { Purpose } from '../core/kernel/patience.js';
import { toCall, type Connection } from './connection.js';
import { isRecord, readList } from './json.js';

/** GitHub's largest page. */
const PAGE_SIZE = 100;
/** Far below GitHub's limit of 100 concurrent requests. */
const CONCURRENT_PAGES = 8;
/** How many times a listing is read when it changes while it is read. */
const READINGS = 3;

/** A paged collection of items with ids. */
export interface Collection<T> {
  readonly route: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Default: the permission for the runners of the scope. */
  readonly permission?: string;
  /** The property of the response that holds the items. */
  readonly property: string;
  readonly purpose?: Purpose | undefined;
  /**
   * Set when missing items matter: a page with fewer items than its total requires is unreadable, and requested again.
   */
  readonly mustBeWhole?: boolean;
  readonly readItem: (item: unknown) => T | undefined;
}

interface Page<T> {
  readonly total: number;
  readonly items: readonly T[];
}

/**
 * Reads all items of a collection, each once. An item that is removed meanwhile moves later items to the previous page,
 * where they would be missed. So a listing that changes while it is read is read again, and the result has the items of
 * all readings.
 */
export async function readAll<T extends { readonly id: number }>(
  connection: Connection,
  collection: Collection<T>,
): Promise<readonly T[]> {
  const seen = new Map<number, T>();
  for (let reading = 1; reading <= READINGS; reading++) {
    const pages = await readPages(connection, collection);
    const items = new Map(pages.flatMap((page) => page.items).map((item) => [item.id, item]));
    for (const [id, item] of items) seen.set(id, item);
    const [first] = pages;
    if (pages.length === 1 || pages.every(({ total }) => total === first?.total && total === items.size)) break;
  }
  return [...seen.values()];
}

async function readPages<T>(connection: Connection, collection: Collection<T>): Promise<readonly Page<T>[]> {
  const pages = [await readPage(connection, collection, 1)];
  const count = Math.ceil((pages[0]?.total ?? 0) / PAGE_SIZE);
  for (let next = 2; next <= count; next += CONCURRENT_PAGES) {
    const numbers = Array.from({ length: Math.min(CONCURRENT_PAGES, count - next + 1) }, (_, index) => next + index);
    pages.push(...(await Promise.all(numbers.map((number) => readPage(connection, collection, number)))));
  }
  while ((pages.at(-1)?.total ?? 0) > pages.length * PAGE_SIZE) {
    pages.push(await readPage(connection, collection, pages.length + 1)); // The collection grew meanwhile.
  }
  return pages;
}

function readPage<T>(connection: Connection, collection: Collection<T>, page: number): Promise<Page<T>> {
  return connection.requests.ask(
    toCall(connection, {
      route: collection.route,
      parameters: { ...collection.parameters, per_page: PAGE_SIZE, page },
      purpose: collection.purpose,
      ...(collection.permission !== undefined && { permission: collection.permission }),
      read: ({ data }) => toPage(data, collection, page),
    }),
  );
}

function toPage<T>(data: unknown, collection: Collection<T>, page: number): Page<T> | undefined {
  const { property, readItem, mustBeWhole = false } = collection;
  if (!isRecord(data) || typeof data['total_count'] !== 'number') return undefined;
  const items = readList(data[property], readItem);
  const total = data['total_count'];
  const expected = Math.min(PAGE_SIZE, total - (page - 1) * PAGE_SIZE);
  return items && !(mustBeWhole && items.length < expected) ? { total, items } : undefined;
}
