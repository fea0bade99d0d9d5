import {
  boolCoreTag,
  boolYaml11Tag,
  floatCoreTag,
  floatYaml11Tag,
  intCoreTag,
  intYaml11Tag,
  NOT_RESOLVED,
  nullCoreTag,
  nullYaml11Tag,
  timestampTag,
} from 'js-yaml';
import { WrittenNumber } from './value.js';

/**
 * The language of a file: `1.2`, the standard's core schema; `1.1`, as PyYAML reads; `both`, which takes only values that
 * mean the same in the two.
 */
export type YamlLanguage = 'both' | '1.1' | '1.2';
type Scalar = null | boolean | number | string;

interface Resolver {
  readonly tagName: string;
  resolve(text: string, isExplicit: boolean, tagName: string): unknown;
}
const core: readonly Resolver[] = [nullCoreTag, boolCoreTag, intCoreTag, floatCoreTag];
const yaml11: readonly Resolver[] = [nullYaml11Tag, boolYaml11Tag, intYaml11Tag, floatYaml11Tag, timestampTag];

/** Text that no schema reads as anything else. */
const SURELY_TEXT = /^(?![-+.~=\d]|(?:null|true|false|yes|no|on|off)$)./i;

/** A number with a dot, as JSON and both versions of YAML have it. */
const JSON_NUMBER = /^-?(?:0|[1-9]\d*)\.\d+(?:[eE][-+]\d+)?$/;

export interface Reading {
  readonly value: Scalar | WrittenNumber;
  /** Why the value is not certain, as the end of a sentence, with what to write instead. */
  readonly doubt?: string;
}

/** Reads a scalar without quotes. Dates stay text, because JSON has none. */
export function readScalar(text: string, language: YamlLanguage): Reading {
  if (SURELY_TEXT.test(text)) return { value: text };
  const [in11, in12] = [resolve(text, yaml11), resolve(text, core)];
  const value = language === '1.1' && !(in11 instanceof Date) ? in11 : in12;
  const scalar = value instanceof Date ? text : value;
  if (typeof scalar === 'number' && !isExact(scalar))
    return { value: text, doubt: `\`${text}\` is a number that JSON cannot hold exactly; write "${text}" for text` };
  if (Object.is(in11, in12)) {
    const isWritten = typeof scalar === 'number' && String(scalar) !== text && JSON_NUMBER.test(text);
    return { value: isWritten ? new WrittenNumber(scalar, text) : scalar };
  }
  const doubt = `\`${text}\` is ${describe(in11)} in YAML 1.1 and ${describe(in12)} in YAML 1.2; write ${alternatives(text, in11, in12)}`;
  return { value: scalar, doubt };
}

function resolve(text: string, tags: readonly Resolver[]): Scalar | Date {
  // The standard names `y` and `n` as well, but PyYAML and its kin read them as text.
  if (/^[yn]$/i.test(text)) return text;
  for (const tag of tags) {
    const value = tag.resolve(text, false, tag.tagName);
    if (value !== NOT_RESOLVED) return value as Scalar | Date;
  }
  return text;
}

function isExact(value: number): boolean {
  return Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value);
}

function describe(value: Scalar | Date): string {
  if (value instanceof Date) return 'a date';
  if (typeof value === 'string') return 'text';
  return typeof value === 'number' ? `the number ${value}` : `\`${value}\``;
}

function alternatives(text: string, in11: Scalar | Date, in12: Scalar | Date): string {
  const plain = [in11, in12].flatMap((one) => (typeof one === 'string' || one instanceof Date ? [] : `\`${one}\``));
  return [`"${text}" for text`, ...new Set(plain)].join(', or ');
}
