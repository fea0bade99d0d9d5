import { BadValue, type InputDefinition } from './inputs.js';

const PERCENT = /^(\d+(?:\.\d+)?)\s*%$/;
const PLAIN = /^\d*\.?\d+$/;

/** A share of a whole, as `2%` or `0.02`. The limits are shares from 0 to 1. */
export function share(
  description: string,
  { min, max }: { readonly min: number; readonly max: number },
): InputDefinition<number | undefined> {
  const allowed = `a share from ${write(min)} to ${write(max)}, such as \`2%\` or \`0.02\``;
  return {
    takes: allowed,
    description,
    parse(input) {
      const percent = PERCENT.exec(input)?.[1];
      const value = percent === undefined ? (PLAIN.test(input) ? Number(input) : Number.NaN) : Number(percent) / 100;
      if (!(value >= min && value <= max)) throw new BadValue(allowed);
      return value;
    },
  };
}

function write(value: number): string {
  return `${Number((value * 100).toPrecision(6))}%`;
}
