import type { Segment } from './key-path.js';

/** A value of a configuration, as JSON can hold it. */
export type Value = null | boolean | number | string | Value[] | ValueMap;
export interface ValueMap {
  [key: string]: Value;
}

export function isMap(value: unknown): value is ValueMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function copy<T extends Value>(value: T): T {
  if (Array.isArray(value)) return value.map(copy) as T;
  return isMap(value) ? (Object.fromEntries(Object.entries(value).map(([key, one]) => [key, copy(one)])) as T) : value;
}

/** The value at one step below a map or list. @returns `undefined` where there is none */
export function child(container: Value | undefined, step: Segment): Value | undefined {
  if (Array.isArray(container)) return typeof step === 'number' ? container[step] : undefined;
  return isMap(container) && Object.hasOwn(container, step) ? container[step] : undefined;
}

/** @returns `undefined` where there is no such key; a key without a value is `null` */
export function valueAt(root: Value, path: readonly Segment[]): Value | undefined {
  let found: Value | undefined = root;
  for (const step of path) {
    if (found === undefined) return undefined;
    found = child(found, step);
  }
  return found;
}
