/** Reading YAML as the runner does: every value of an input is a text. */

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The map below a key; an empty one if there is none. */
export function takeMap(map: Readonly<Record<string, unknown>>, key: string): Readonly<Record<string, unknown>> {
  const value = map[key];
  return isMap(value) ? value : {};
}

export function takeText(map: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const value = map[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Scalars as texts. A map or a list becomes JSON, which the inputs that take YAML read as well. */
export function readTexts(map: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(map).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
}
