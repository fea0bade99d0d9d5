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
  /** The expression that GitHub evaluates for an input that is not given: `${{ github.token }}`. */
  readonly expression?: string;
  /** An input of machulav/ec2-github-runner. It is accepted so that a migration changes only the `uses:` line. */
  readonly legacy?: boolean;
  /** The request's field that holds the value, as `part.field`; see `fields.ts`. Absent: code derives the field. */
  readonly field?: string;
  /** The value of an empty input that has no {@link defaultText}. */
  readonly emptyValue?: T;
  /** Its text is YAML, for which the caller of {@link parseInputs} passes a parser: see {@link isYamlGiven}. */
  readonly isYaml?: boolean;
  /** @param text never empty. @throws BadValue with what is allowed; BadValues */
  parse(text: string, parseYaml?: ParseYaml): T;
}

/** `isOrdered`: maps are `Map`s. @throws Error for a text that is not YAML */
export type ParseYaml = (text: string, form?: { readonly isOrdered?: boolean }) => unknown;

/** For texts that are JSON. */
export const parseJson: ParseYaml = (text) => JSON.parse(text) as unknown;

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

/** Several values in one input that it does not allow. Each is a problem of its own. */
export class BadValues extends Error {
  constructor(readonly all: readonly BadValue[]) {
    super(all.map(({ message }) => message).join('; '));
  }
}

/** Whether an input in YAML is given. Few starts have one, and only they load a parser. */
export function isYamlGiven(definitions: InputDefinitions, raw: RawInputs): boolean {
  return Object.entries(definitions).some(([name, { isYaml }]) => isYaml && textOf(raw, name) !== '');
}

/**
 * Parses every input and collects all problems, so that users can correct them all at once. An unknown name is a
 * problem as well, because a misspelled input must not be silently ignored.
 */
export function parseInputs<D extends InputDefinitions>(
  definitions: D,
  raw: RawInputs,
  parseYaml?: ParseYaml,
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
      values[name] = text === undefined ? definition.emptyValue : definition.parse(text, parseYaml);
    } catch (error) {
      for (const { part = input.text.trim(), allowed } of listBadValues(error)) {
        const shown = definition.secret ? 'not usable' : JSON.stringify(shorten(part));
        problems.push(`\`${name}\`${from(input.origin)} is ${shown}; allowed: ${allowed}.`);
      }
    }
  }
  return { values: values as ValuesOf<D>, problems };
}

/** @throws every other error */
function listBadValues(error: unknown): readonly BadValue[] {
  if (error instanceof BadValues) return error.all;
  if (error instanceof BadValue) return [error];
  throw error;
}

/** @throws Failure `bad-input` with all problems, if there are any */
export function refuseProblems(
  problems: readonly string[],
  hint = 'Correct them in the workflow. Nothing was launched.',
): void {
  if (problems.length === 0) return;
  throw new Failure('bad-input', problems.length === 1 ? problems[0]! : `${nameInputs(problems)} cannot be used.`, {
    hint,
    details: problems.length === 1 ? [] : problems,
  });
}

/** The input, if all problems are of the same one, or how many there are. */
function nameInputs(problems: readonly string[]): string {
  const names = new Set(problems.map((problem) => /^`[^`]+`/.exec(problem)?.[0] ?? problem));
  return names.size === 1 ? [...names][0]! : plural(names.size, 'input');
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
