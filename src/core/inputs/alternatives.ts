import { choice, flag, integer, list } from './input-kinds.js';
import { BadValue, type InputDefinition } from './inputs.js';

interface Pattern {
  readonly matches: RegExp;
  /** Completes "allowed: …". */
  readonly allowed: string;
}

/** `true`, `false`, or a list. */
export function flagOrList(
  description: string,
  pattern: Pattern,
): InputDefinition<boolean | readonly string[] | undefined> {
  const [flags, lists] = [flag(description), list(description, pattern)];
  return {
    takes: '`true`, `false`, or a list',
    description,
    parse: (text) => (/^(true|false)$/i.test(text) ? flags.parse(text) : lists.parse(text)),
  };
}

/** One of some words, or a list. */
export function choiceOrList<const C extends string>(
  description: string,
  choices: readonly C[],
  pattern: Pattern,
): InputDefinition<C | readonly string[] | undefined> {
  const lists = list(description, pattern);
  return {
    takes: `${choices.map((one) => `\`${one}\``).join(', ')}, or a list`,
    description,
    parse: (text) => choices.find((one) => one === text) ?? lists.parse(text),
  };
}

/** One of some words, or a number. */
export function choiceOrCount<const C extends string>(
  description: string,
  choices: readonly C[],
  range: { readonly min: number; readonly max: number },
): InputDefinition<C | number | undefined> {
  const [words, numbers] = [choice(description, choices), integer(description, range)];
  const takes = `${words.takes}, or ${numbers.takes}`;
  return {
    takes,
    description,
    parse(text) {
      try {
        return /^\d/.test(text) ? numbers.parse(text) : words.parse(text);
      } catch {
        throw new BadValue(takes);
      }
    },
  };
}
