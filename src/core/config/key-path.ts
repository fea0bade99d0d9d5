/** One step of a key: a name, or an index of a list. */
export type Segment = string | number;
export type KeyPath = readonly [Segment, ...Segment[]];

/** What a key may look like, for messages. */
export const ALLOWED_KEYS = 'names joined by dots, `["quoted.names"]` and indexes like `[0]`';

/** A name up to the next dot or bracket, a quoted name in brackets, or an index in brackets. */
const STEP = /(?:^|\.)([^.[\]'"]+)|\["([^"]*)"\]|\['([^']*)'\]|\[(\d{1,9})\]/y;

/**
 * Parses a key such as `ci_presets.light["tests.gpu"]` or `args[0]`. A leading `$.` stands for the whole configuration.
 *
 * @returns `undefined` for anything else, wildcards and filters included
 */
export function parseKey(key: string): KeyPath | undefined {
  const text = key.replace(/^\$(?=\.|\[)\.?/, '');
  const path: Segment[] = [];
  if (text.startsWith('.')) return undefined;
  STEP.lastIndex = 0;
  while (STEP.lastIndex < text.length) {
    const step = STEP.exec(text);
    if (!step) return undefined;
    const [, plain, double, single, index] = step;
    path.push(index === undefined ? (plain ?? double ?? single)! : Number(index));
  }
  const [first, ...rest] = path;
  return first === undefined || path.includes('*') ? undefined : [first, ...rest];
}

/** The key of a path, in the form that {@link parseKey} reads. */
export function formatKey(path: readonly Segment[]): string {
  let key = '';
  for (const step of path) key = appendStep(key, step);
  return key;
}

/** @param key '' for the whole configuration */
export function appendStep(key: string, step: Segment): string {
  if (typeof step === 'number') return `${key}[${step}]`;
  if (step !== '' && !/[.[\]'"]/.test(step)) return key === '' ? step : `${key}.${step}`;
  const quote = step.includes('"') ? "'" : '"';
  return `${key}[${quote}${step}${quote}]`;
}
