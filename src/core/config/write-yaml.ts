import { isMap, type Value, WrittenNumber } from './value.js';

/** Names that a YAML parser may read as another type than text. */
const AMBIGUOUS = /^(y|n|yes|no|on|off|true|false|null)$/i;

/**
 * A value as YAML that parsers of YAML 1.1 and 1.2 read alike: text in double quotes as in JSON, every exponent with a
 * dot and a sign. A library's writer would be 13 kB in the bundles for this.
 */
export function writeYaml(value: Value): string {
  return `${writeLines(value).join('\n')}\n`;
}

function writeLines(value: Value): string[] {
  if (Array.isArray(value) && value.length > 0) return value.flatMap((one) => indent('- ', writeLines(one)));
  if (!isMap(value) || Object.keys(value).length === 0) return [writeScalar(value)];
  return Object.entries(value).flatMap(([key, one]) => {
    const lines = writeLines(one);
    const isBlock = isMap(one) ? Object.keys(one).length > 0 : Array.isArray(one) && one.length > 0;
    return isBlock ? [`${writeKey(key)}:`, ...indent('  ', lines)] : [`${writeKey(key)}: ${lines[0]}`];
  });
}

/** @param first what stands before the first line, in place of blanks */
function indent(first: string, lines: readonly string[]): string[] {
  return lines.map((line, at) => `${at === 0 ? first : '  '}${line}`);
}

function writeKey(key: string): string {
  return /^[a-z_][\w.-]*$/i.test(key) && !AMBIGUOUS.test(key) ? key : JSON.stringify(key);
}

function writeScalar(value: Value): string {
  if (value instanceof WrittenNumber) return value.text;
  if (typeof value !== 'number') return JSON.stringify(value);
  return String(value).replace(/^(-?\d+)(\.\d+)?e/, (_, whole: string, part = '.0') => `${whole}${part}e`);
}
