import { describeUnknown } from '../../src/terminal/usage-error.js';

/** An answer of the control API that says what is wrong. */
export class ControlError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export interface Kind {
  /** Completes "allowed: …". */
  readonly allowed: string;
  readonly fits: (value: unknown) => boolean;
}

export interface Field {
  readonly kind: Kind;
  readonly does: string;
  readonly required?: boolean;
}

export type Fields = Readonly<Record<string, Field>>;

export const text: Kind = { allowed: 'a text', fits: (value) => typeof value === 'string' && value !== '' };

export const flag: Kind = { allowed: 'true or false', fits: (value) => typeof value === 'boolean' };

export const texts: Kind = {
  allowed: 'a list of texts',
  fits: (value) => Array.isArray(value) && value.every(text.fits),
};

export const someTexts: Kind = {
  allowed: 'a list of at least one text',
  fits: (value) => texts.fits(value) && (value as readonly string[]).length > 0,
};

export function wholeNumber(least: number, most: number): Kind {
  const fits = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
  return { allowed: `a whole number from ${least} to ${most}`, fits };
}

export function oneOf(...choices: readonly string[]): Kind {
  return { allowed: choices.map((one) => `"${one}"`).join(', '), fits: (value) => choices.includes(value as string) };
}

/** An object with any names, or with some. */
export function mapOf(values: Kind, names: Kind = text): Kind {
  return {
    allowed: `an object: each name ${names.allowed}, each value ${values.allowed}`,
    fits: (value) =>
      isObject(value) && Object.entries(value).every(([name, one]) => names.fits(name) && values.fits(one)),
  };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The members of a JSON body.
 *
 * @throws ControlError 400 that names every problem at once: what was given, and what is allowed
 */
export function readBody(body: string, fields: Fields): Record<string, unknown> {
  const input = parse(body);
  const problems = findProblems(input, fields);
  if (problems.length > 0) throw new ControlError(400, problems.join(' '));
  return input;
}

export function findProblems(input: Readonly<Record<string, unknown>>, fields: Fields): string[] {
  const names = Object.keys(fields);
  return [
    ...Object.keys(input)
      .filter((name) => !names.includes(name))
      .map((name) =>
        names.length > 0 ? describeUnknown(name, 'a member', names) : `\`${name}\` is not a member; none is allowed.`,
      ),
    ...Object.entries(fields).flatMap(([name, { kind, required }]) => {
      const value = input[name];
      if (value === undefined) return required ? [`\`${name}\` is missing; allowed: ${kind.allowed}.`] : [];
      return kind.fits(value) ? [] : [`\`${name}\` is ${shorten(value)}; allowed: ${kind.allowed}.`];
    }),
  ];
}

const SHOWN = 200;

function shorten(value: unknown): string {
  const json = JSON.stringify(value);
  return json.length > SHOWN ? `${json.slice(0, SHOWN)}…` : json;
}

function parse(body: string): Record<string, unknown> {
  let input: unknown;
  try {
    input = body.trim() === '' ? {} : JSON.parse(body);
  } catch (error) {
    throw new ControlError(400, `The body is not JSON: ${(error as Error).message}.`);
  }
  if (isObject(input)) return input;
  throw new ControlError(400, `The body is ${shorten(input)}; allowed: a JSON object.`);
}
