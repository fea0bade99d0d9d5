import { Failure } from '../kernel/failure.js';
import { nearest } from '../kernel/nearest.js';
import { plural } from '../kernel/plural.js';

/**
 * The definition of one input. Its parser, its type, its masking, and its rows in action.yml and README come from here.
 */
export interface InputDefinition<T> {
  /** `text`, `list`, `a whole number from 1 to 100` …: the README's column "Takes". */
  readonly takes: string;
  readonly description: string;
  /** The text that an empty input stands for. action.yml and the README show it. */
  readonly defaultText?: string;
  readonly secret?: boolean;
  /** An input of machulav/ec2-github-runner. It is accepted so that a migration changes only the `uses:` line. */
  readonly legacy?: boolean;
  /** The request's field that holds the value, as `part.field`; see `fields.ts`. Absent: code derives the field. */
  readonly field?: string;
  /** The value of an empty input that has no {@link defaultText}. */
  readonly emptyValue?: T;
  /** @param text never empty. @throws BadValue with what is allowed */
  parse(text: string): T;
}

export type InputDefinitions = Readonly<Record<string, InputDefinition<unknown>>>;
export type ValuesOf<D extends InputDefinitions> = {
  readonly [K in keyof D]: D[K] extends InputDefinition<infer T> ? T : never;
};

/** The text of an input. `origin`, for messages: where the text is from, if not from the workflow. */
export interface RawInput {
  readonly text: string;
  readonly origin?: string;
}
export type RawInputs = Readonly<Record<string, RawInput>>;

/** A value that an input does not allow. The message completes "allowed: …". */
export class BadValue extends Error {
  constructor(
    readonly allowed: string,
    /** The wrong part, if it is not the whole value. */
    readonly part?: string,
  ) {
    super(allowed);
  }
}

/**
 * Parses every input and collects all problems, so that users can correct them all at once. An unknown name is a
 * problem as well, because a misspelled input must not be silently ignored.
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
    const input = raw[name] ?? { text: '' };
    // Lines from Windows end with CRLF, and programs that read an input do not expect the CR.
    const text = input.text.replace(/\r+\n/g, '\n').trim() || definition.defaultText;
    try {
      values[name] = text === undefined ? definition.emptyValue : definition.parse(text);
    } catch (error) {
      if (!(error instanceof BadValue)) throw error;
      const shown = definition.secret ? 'not usable' : JSON.stringify(shorten(error.part ?? input.text.trim()));
      problems.push(`\`${name}\`${from(input.origin)} is ${shown}; allowed: ${error.allowed}.`);
    }
  }
  return { values: values as ValuesOf<D>, problems };
}

/** @throws Failure `bad-input` with all problems, if there are any */
export function refuseProblems(
  problems: readonly string[],
  hint = 'Correct them in the workflow. Nothing was launched.',
): void {
  if (problems.length === 0) return;
  throw new Failure(
    'bad-input',
    problems.length === 1 ? problems[0]! : `${plural(problems.length, 'input')} cannot be used.`,
    {
      hint,
      details: problems.length === 1 ? [] : problems,
    },
  );
}

/** The text of an input as it is given, without blanks at its ends; '' if it is not given. */
export function textOf(raw: RawInputs, name: string): string {
  return raw[name]?.text.trim() ?? '';
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
