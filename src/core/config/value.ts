import type { Segment } from './key-path.js';

/** A value of a configuration, as JSON can hold it. */
export type Value = null | boolean | number | string | WrittenNumber | Value[] | ValueMap;
export interface ValueMap {
  [key: string]: Value;
}

/** A number that JavaScript would write in another way: `1.0`, which is a float to Python, or `4.10`. */
export class WrittenNumber {
  /** @param text a number of JSON, which YAML of any version reads as the same */
  constructor(
    readonly value: number,
    readonly text: string,
  ) {}

  toString(): string {
    return this.text;
  }

  toJSON(): number {
    return this.value;
  }
}

export function isMap(value: unknown): value is ValueMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof WrittenNumber);
}

/** A value as JSON, with its numbers as they were written. */
export function writeJson(value: Value): string {
  if (value instanceof WrittenNumber) return value.text;
  if (Array.isArray(value)) return `[${value.map(writeJson).join(',')}]`;
  if (!isMap(value)) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, one]) => `${JSON.stringify(key)}:${writeJson(one)}`)
    .join(',')}}`;
}

export function copy<T extends Value>(value: T): T {
  if (Array.isArray(value)) return value.map(copy) as T;
  if (!isMap(value)) return value;
  const copied: ValueMap = {};
  for (const key of Object.keys(value)) copied[key] = copy(value[key]!);
  return copied as T;
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
