import { integer } from './input-kinds.js';
import { BadValue, type InputDefinition } from './inputs.js';

const SECOND_MS = 1_000;
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

/** An input in minutes, also parts of one, such as `0.5`. Its value is in whole milliseconds. */
export function partialMinutes(description: string, range: Pick<Range, 'max'>): InputDefinition<number | undefined> {
  const allowed = `minutes above 0, up to ${range.max}, such as \`5\` or \`0.5\``;
  return {
    takes: 'minutes',
    description,
    parse(text) {
      const value = /^\d{1,6}(\.\d{1,6})?$/.test(text) ? Math.round(Number(text) * MINUTE_MS) : 0;
      if (!(value > 0 && value <= range.max * MINUTE_MS)) throw new BadValue(allowed);
      return value;
    },
  };
}

/** An input in whole seconds. Its value is in milliseconds. */
export function seconds(description: string, range: Range): InputDefinition<number | undefined> {
  return duration(SECOND_MS, integer(description, range));
}

/** An input in whole days. Its value is in milliseconds. */
export function days(description: string, range: Range): InputDefinition<number | undefined> {
  return duration(DAY_MS, integer(description, range));
}

function duration(unitMs: number, definition: InputDefinition<number | undefined>): typeof definition {
  return { ...definition, parse: (text) => definition.parse(text)! * unitMs };
}
