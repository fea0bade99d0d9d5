import { isMap, type Value, WrittenNumber } from './value.js';

/** A value as Python's `str()` writes it, as the seed's list of applied presets and its `{@key}` references have it. */
export function pythonText(value: Value): string {
  return typeof value === 'string' ? value : represent(value);
}

function represent(value: Value): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return representNumber(value);
  if (value instanceof WrittenNumber) return representFloat(value.value);
  if (typeof value === 'string') return representText(value);
  if (Array.isArray(value)) return `[${value.map(represent).join(', ')}]`;
  return isMap(value)
    ? `{${Object.entries(value)
        .map(([key, one]) => `${representText(key)}: ${represent(one)}`)
        .join(', ')}}`
    : '';
}

/** Python writes small numbers with an exponent of two digits, from 1e-05 down; JavaScript from 1e-7. */
function representNumber(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 1e-4) return String(value);
  return value.toExponential().replace(/e-(\d)$/, 'e-0$1');
}

/** Python keeps the dot of a float, but not the zeros that it was written with. */
function representFloat(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e16 ? value.toFixed(1) : representNumber(value);
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function representText(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text
    .replace(/[\\\n\r\t]/g, (one) => ESCAPES[one]!)
    .replace(/\p{Cc}/gu, (one) => `\\x${one.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return `${quote}${quote === "'" ? escaped.replaceAll("'", "\\'") : escaped}${quote}`;
}
