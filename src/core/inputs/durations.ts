import { integer } from './input-kinds.js';
import type { InputDefinition } from './inputs.js';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 3_600_000;

interface Range {
  readonly min: number;
  readonly max: number;
}

/** An input in whole minutes. Its value is in milliseconds. */
export function minutes(description: string, range: Range): InputDefinition<number | undefined> {
  return duration(MINUTE_MS, integer(description, range));
}

/** An input in whole days. Its value is in milliseconds. */
export function days(description: string, range: Range): InputDefinition<number | undefined> {
  return duration(DAY_MS, integer(description, range));
}

function duration(unitMs: number, definition: InputDefinition<number | undefined>): typeof definition {
  return { ...definition, parse: (text) => definition.parse(text)! * unitMs };
}
