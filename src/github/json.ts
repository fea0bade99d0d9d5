export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The items of a list; `undefined` when `data` is not a list, or `readItem` cannot read one of its items. */
export function readList<T>(data: unknown, readItem: (item: unknown) => T | undefined): readonly T[] | undefined {
  if (!Array.isArray(data)) return undefined;
  const items = data.map(readItem);
  return items.every((item) => item !== undefined) ? items : undefined;
}
