import { integer } from './input-kinds.js';
import { BadValue, type InputDefinition } from './inputs.js';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

/** An input in minutes, also parts of one, such as `0.5`. Its value is in whole milliseconds. */
export function partialMinutes(
  description: string,
  range: { readonly max: number },
): InputDefinition<number | undefined> {
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
export function seconds(
  description: string,
  range: { readonly min: number; readonly max: number },
): InputDefinition<number | undefined> {
  const definition = integer(description, range);
  return { ...definition, parse: (text) => definition.parse(text)! * SECOND_MS };
}
