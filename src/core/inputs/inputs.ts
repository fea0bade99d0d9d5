import { Failure } from '../kernel/failure.js';
import { nearest } from '../kernel/nearest.js';

/** One input of an action: the only place from which its parser, type, action.yml entry and README row come. */
export interface InputDefinition<T> {
  /** `text`, `list`, `whole number from 1 to 100` …: the README's "takes" column. */
  readonly takes: string;
  readonly description: string;
  /** Used, and printed, when the input is empty. */
  readonly defaultText?: string;
  readonly secret?: boolean;
  /** An input of machulav/ec2-github-runner, accepted so that migrating is changing the `uses:` line. */
  readonly legacy?: boolean;
  /** The request's field that holds the value, as `part.field`; see `fields.ts`. Absent: code derives the field. */
  readonly field?: string;
  /** The value of an empty input that has no {@link defaultText}. */
  readonly emptyValue?: T;
  /** @throws BadValue saying what is allowed. The text is never empty. */
  parse(text: string): T;
}

export type InputDefinitions = Readonly<Record<string, InputDefinition<unknown>>>;
export type ValuesOf<D extends InputDefinitions> = {
  readonly [K in keyof D]: D[K] extends InputDefinition<infer T> ? T : never;
};

/** An input's text and, for messages, its origin; without one it comes from the workflow. */
export interface RawInput {
  readonly text: string;
  readonly origin?: string;
}
export type RawInputs = Readonly<Record<string, RawInput>>;

/** What is wrong with one value; the message completes "allowed: …". */
export class BadValue extends Error {
  constructor(
    readonly allowed: string,
    /** The part that is wrong, when it isn't the whole value. */
    readonly given?: string,
  ) {
    super(allowed);
  }
}

/**
 * Parses every input and collects every problem, so that a user can correct all of them at once. An unknown name is a
 * problem, too: a misspelled input must not be ignored.
 */
export function parseInputs<D extends InputDefinitions>(
  definitions: D,
  raw: RawInputs,
): { values: ValuesOf<D>; problems: string[] } {
  const problems = Object.keys(raw)
    .filter((name) => !Object.hasOwn(definitions, name))
    .map((name) => describeUnknown(name, Object.keys(definitions), raw[name]?.origin));
  const values: Record<string, unknown> = {};
  for (const [name, definition] of Object.entries(definitions)) {
    const given = raw[name] ?? { text: '' };
    // Files from Windows have lines that end with CRLF, and no program that reads an input wants the CR.
    const text = given.text.replace(/\r+\n/g, '\n').trim() || definition.defaultText;
    try {
      values[name] = text === undefined ? definition.emptyValue : definition.parse(text);
    } catch (error) {
      if (!(error instanceof BadValue)) throw error;
      const shown = definition.secret ? 'not usable' : JSON.stringify(shorten(error.given ?? given.text.trim()));
      problems.push(`\`${name}\`${from(given.origin)} is ${shown}; allowed: ${error.allowed}.`);
    }
  }
  return { values: values as ValuesOf<D>, problems };
}

/** @throws Failure `bad-input` with every problem, when there is one. */
export function refuseProblems(
  problems: readonly string[],
  hint = 'Correct them in the workflow. Nothing was launched.',
): void {
  if (problems.length === 0) return;
  throw new Failure('bad-input', problems.length === 1 ? problems[0]! : `${problems.length} inputs cannot be used.`, {
    hint,
    details: problems.length === 1 ? [] : problems,
  });
}

/** The inputs of these names. */
export function pickInputs(raw: RawInputs, names: readonly string[]): RawInputs {
  return Object.fromEntries(Object.entries(raw).filter(([name]) => names.includes(name)));
}

/** The inputs that are not empty. */
export function dropEmpty(raw: RawInputs): RawInputs {
  return Object.fromEntries(Object.entries(raw).filter(([, { text }]) => text.trim() !== ''));
}

export function describeUnknown(name: string, known: readonly string[], origin?: string): string {
  const near = nearest(name, known);
  return `\`${name}\`${from(origin)} is not an input${near ? `; did you mean \`${near}\`?` : '.'}`;
}

function from(origin: string | undefined): string {
  return origin ? ` (${origin})` : '';
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
