import type { Purpose } from '../core/kernel/patience.js';
import { toCall, type Connection } from './connection.js';
import { isRecord, readList } from './json.js';

/** GitHub's largest page. */
const PAGE_SIZE = 100;
/** Far below GitHub's limit of 100 requests at a time. */
const SIDE_BY_SIDE = 8;
/** How often a listing that changed while it was read is read again. */
const ROUNDS = 3;

/** A collection of things with ids. */
export interface Collection<T> {
  readonly route: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Default: that of the scope's runners. */
  readonly permission?: string;
  /** The property of the answer that holds the page. */
  readonly property: string;
  readonly purpose?: Purpose | undefined;
  /** What is missing decides: a page with fewer items than its own total promises is no answer, and asked for again. */
  readonly mustBeWhole?: boolean;
  readonly readItem: (item: unknown) => T | undefined;
}

interface Page<T> {
  readonly total: number;
  readonly items: readonly T[];
}

/**
 * Every item of a collection, each once. Something removed meanwhile moves what follows onto the page before, where it
 * would be missed; so a listing that changed while it was read is read again, and what any reading saw is answered.
 */
export async function readAll<T extends { readonly id: number }>(
  connection: Connection,
  collection: Collection<T>,
): Promise<readonly T[]> {
  const seen = new Map<number, T>();
  for (let round = 1; round <= ROUNDS; round++) {
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
  for (let next = 2; next <= count; next += SIDE_BY_SIDE) {
    const numbers = Array.from({ length: Math.min(SIDE_BY_SIDE, count - next + 1) }, (_, index) => next + index);
    pages.push(...(await Promise.all(numbers.map((number) => readPage(connection, collection, number)))));
  }
  while ((pages.at(-1)?.total ?? 0) > pages.length * PAGE_SIZE) {
    pages.push(await readPage(connection, collection, pages.length + 1)); // It grew meanwhile.
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
  const promised = Math.min(PAGE_SIZE, total - (page - 1) * PAGE_SIZE);
  return items && !(mustBeWhole && items.length < promised) ? { total, items } : undefined;
}
