import { WrittenNumber } from './value.js';

/**
 * A YAML value as the text that a workflow would pass: a list becomes lines, a map becomes `Key=Value` lines, and a list
 * of maps, as of `runners`, becomes JSON.
 */
export function renderValue(value: unknown): string | undefined {
  if (Array.isArray(value) && value.length > 0 && value.every(isRecord)) return JSON.stringify(value);
  const lines = Array.isArray(value)
    ? value.map(renderScalar)
    : isRecord(value)
      ? Object.entries(value).map(([key, one]) => {
          const text = renderScalar(one);
          return text === undefined ? undefined : `${key}=${text}`;
        })
      : [renderScalar(value)];
  return lines.includes(undefined) ? undefined : lines.join('\n');
}

function renderScalar(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (value instanceof WrittenNumber) return value.text;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof WrittenNumber);
}
