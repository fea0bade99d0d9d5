import { messageOf } from '../kernel/failure.js';
import { shorten } from '../kernel/markdown.js';
import { UnreadableError } from './reading.js';

export type JsonMap = Readonly<Record<string, unknown>>;

const LONGEST_REASON = 120;
/** A string, or a number that Python's JSON writer has and JSON has not. */
const NON_FINITE = /"[^"\\]*(?:\\[^][^"\\]*)*"|-?Infinity|NaN/g;

/**
 * Reads JSON. `NaN` and `Infinity`, which Python writes and JSON does not have, become texts: `"NaN"`.
 *
 * @param label what the text is, for the error: `line 3`
 * @throws UnreadableError
 */
export function readJson(text: string, label: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const quoted = text.replace(NON_FINITE, (found) => (found.startsWith('"') ? found : `"${found}"`));
    try {
      return JSON.parse(quoted);
    } catch {
      throw new UnreadableError(`has no JSON in ${label}: ${shorten(messageOf(error), LONGEST_REASON)}`);
    }
  }
}

export function isMap(value: unknown): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text that is not empty, or `undefined`. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A text as it is, everything else as JSON; '' for nothing. */
export function showText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
