import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { nearest } from '../core/kernel/nearest.js';

/** What one value may be. */
export interface Kind<T> {
  /** Stands for the value in `--help`: `N`, `PATH`. */
  readonly placeholder: string;
  /** Completes "allowed: …" in an error. */
  readonly allowed: string;
  /** Every allowed value, if they can be listed. */
  readonly choices?: readonly string[];
  /** @returns `undefined` for a value that is not allowed */
  parse(given: string): T | undefined;
}

/** One option of a command: its type, its line in `--help` and its errors come from here. */
export interface Option<T> {
  readonly kind: Kind<unknown>;
  readonly description: string;
  /** `flag`: without a value. `list`: values separated by commas. `repeated`: the option may be given several times. */
  readonly form: 'value' | 'flag' | 'list' | 'repeated';
  readonly required?: boolean;
  /** For `--help`, if the option has a default. */
  readonly defaultText?: string;
  /** @param given every value that was given; none if the option was not @throws BadValue */
  read(given: readonly string[]): T;
}

/** A value that is not allowed. */
export class BadValue extends Error {
  constructor(
    readonly given: string,
    readonly kind: Kind<unknown>,
    readonly verb: 'is' | 'contains' = 'is',
  ) {
    super(`"${given}" is not allowed`);
  }
}

/** For a value without rules. */
export const ANY_TEXT = 'text';

export function text(placeholder: string, rule?: { readonly matches: RegExp; readonly allowed: string }): Kind<string> {
  return {
    placeholder,
    allowed: rule?.allowed ?? ANY_TEXT,
    parse: (given) => (given !== '' && (!rule || rule.matches.test(given)) ? given : undefined),
  };
}

export function oneOf<const W extends string>(choices: readonly W[], placeholder = 'NAME'): Kind<W> {
  return {
    placeholder,
    allowed: choices.map((choice) => `\`${choice}\``).join(', '),
    choices,
    parse: (given) => choices.find((choice) => choice === given),
  };
}

export function wholeNumber(min: number, max: number): Kind<number> {
  return {
    placeholder: 'N',
    allowed: `a whole number from ${min} to ${max}`,
    parse: (given) => inRange(/^\d+$/.test(given) ? Number(given) : Number.NaN, min, max),
  };
}

export function decimalNumber(min: number, max: number): Kind<number> {
  return {
    placeholder: 'N',
    allowed: `a number from ${min} to ${max}`,
    parse: (given) => inRange(/^\d+(\.\d+)?$/.test(given) ? Number(given) : Number.NaN, min, max),
  };
}

function inRange(value: number, min: number, max: number): number | undefined {
  return value >= min && value <= max ? value : undefined;
}

export const regularExpression: Kind<RegExp> = {
  placeholder: 'REGEX',
  allowed: 'a regular expression',
  parse(given) {
    try {
      return new RegExp(given);
    } catch {
      return undefined;
    }
  },
};

/** The absolute path of a file or a folder that exists. */
export function existing(what: 'file' | 'folder'): Kind<string> {
  return {
    placeholder: 'PATH',
    allowed: `a ${what} that exists`,
    parse(given) {
      const found = statSync(given, { throwIfNoEntry: false });
      return (what === 'file' ? found?.isFile() : found?.isDirectory()) ? resolve(given) : undefined;
    },
  };
}

export function value<T>(description: string, kind: Kind<T>): Option<T | undefined> {
  return {
    kind,
    description,
    form: 'value',
    read: ([given]) => (given === undefined ? undefined : parse(given, kind)),
  };
}

/** Values separated by commas; spaces around them do not count. */
export function list<T>(description: string, kind: Kind<T>): Option<readonly T[] | undefined> {
  return {
    kind,
    description,
    form: 'list',
    read: ([given]) => given?.split(',').map((entry) => parse(entry.trim(), kind, 'contains')),
  };
}

export function repeated<T>(description: string, kind: Kind<T>): Option<readonly T[]> {
  return { kind, description, form: 'repeated', read: (given) => given.map((one) => parse(one, kind)) };
}

export function flag(description: string): Option<boolean> {
  const kind = oneOf(['true', 'false']);
  return { kind, description, form: 'flag', read: ([given = 'false']) => parse(given, kind) === 'true' };
}

/** @param defaultText how `--help` describes the default; by default, the value itself */
export function withDefault<T>(option: Option<T | undefined>, usual: T, defaultText = String(usual)): Option<T> {
  return { ...option, defaultText, read: (given) => option.read(given) ?? usual };
}

/** The command cannot run without the option. */
export function required<T>(option: Option<T | undefined>): Option<T> {
  return { ...option, required: true, read: (given) => option.read(given)! };
}

function parse<T>(given: string, kind: Kind<T>, verb?: 'is' | 'contains'): T {
  const parsed = kind.parse(given);
  if (parsed === undefined) throw new BadValue(given, kind, verb);
  return parsed;
}

/** `allowed: …`, with the choice that was probably meant. */
export function describeAllowed({ given, kind: { allowed, choices = [] } }: BadValue): string {
  const near = nearest(given, choices);
  return `allowed: ${allowed}${near === undefined ? '' : ` (nearest: \`${near}\`)`}.`;
}
