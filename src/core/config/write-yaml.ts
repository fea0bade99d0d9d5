import { isMap, type Value, type ValueMap, WrittenNumber } from './value.js';

/** Names that a YAML parser may read as another type than text. */
const AMBIGUOUS = /^(y|n|yes|no|on|off|true|false|null)$/i;

/**
 * A value as YAML that parsers of YAML 1.1 and 1.2 read alike: text in double quotes as in JSON, every exponent with a
 * dot and a sign. A library's writer would be 13 kB in the bundles for this.
 */
export function writeYaml(value: Value): string {
  if (!isBlock(value)) return `${writeScalar(value)}\n`;
  const lines: string[] = [];
  writeBlock(value, { first: '', others: '', lines });
  return `${lines.join('\n')}\n`;
}

interface Place {
  /** What stands before the first line, and before the others. */
  readonly first: string;
  readonly others: string;
  readonly lines: string[];
}

function writeBlock(value: Value[] | ValueMap, { first, others, lines }: Place): void {
  let start = first;
  const isList = Array.isArray(value);
  for (const [key, one] of isList ? value.entries() : Object.entries(value)) {
    const mark = isList ? `${start}-` : `${start}${writeKey(key as string)}:`;
    if (!isBlock(one)) lines.push(`${mark} ${writeScalar(one)}`);
    else if (isList) writeBlock(one, { first: `${mark} `, others: `${others}  `, lines });
    else {
      lines.push(mark);
      writeBlock(one, { first: `${others}  `, others: `${others}  `, lines });
    }
    start = others;
  }
}

function isBlock(value: Value): value is Value[] | ValueMap {
  return Array.isArray(value) ? value.length > 0 : isMap(value) && Object.keys(value).length > 0;
}

function writeKey(key: string): string {
  return /^[a-z_][\w.-]*$/i.test(key) && !AMBIGUOUS.test(key) ? key : JSON.stringify(key);
}

function writeScalar(value: Value): string {
  if (value instanceof WrittenNumber) return value.text;
  if (typeof value !== 'number') return JSON.stringify(value);
  return String(value).replace(/^(-?\d+)(\.\d+)?e/, (_, whole: string, part = '.0') => `${whole}${part}e`);
}
