import { parseArgs } from 'node:util';
import type { CommandLine, Options, ValuesOf } from './definition.js';
import { renderHelp } from './help.js';
import { BadValue, describeAllowed, type Kind } from './options.js';
import { describeUnknown, MISUSED, misuse, reportMisuse, UsageError } from './usage-error.js';

export interface Input<O extends Options, W> {
  readonly values: ValuesOf<O>;
  readonly positionals: readonly W[];
}

/**
 * Runs a command with its arguments. Prints the help or, to stderr, what is wrong with the arguments.
 *
 * @param run returns the exit code; a {@link UsageError} of its own is for options that do not fit together
 * @returns the exit code: {@link MISUSED} for wrong arguments
 */
export async function runCommandLine<O extends Options, W>(
  command: CommandLine<O, W>,
  argv: readonly string[],
  run: (input: Input<O, W>) => Promise<number>,
): Promise<number> {
  try {
    const input = readCommandLine(command, argv);
    if (input !== 'help') return await run(input);
    console.log(renderHelp(command));
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    reportMisuse(error);
    return MISUSED;
  }
}

/**
 * The input of a script, or the end of this process: after printing the help, or with {@link MISUSED} after printing
 * what is wrong with the arguments.
 */
export function readOrExit<O extends Options, W>(
  command: CommandLine<O, W>,
  argv: readonly string[] = process.argv.slice(2),
): Input<O, W> {
  try {
    const input = readCommandLine(command, argv);
    if (input !== 'help') return input;
    console.log(renderHelp(command));
    process.exit(0);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    reportMisuse(error);
    process.exit(MISUSED);
  }
}

/**
 * The values of a command's options and its positionals, or `help` if that is among the arguments.
 *
 * @throws UsageError
 */
export function readCommandLine<O extends Options, W>(
  command: CommandLine<O, W>,
  argv: readonly string[],
): Input<O, W> | 'help' {
  const { given, positionals } = splitArguments(command.options, argv);
  if (given.some(({ name }) => name === '--help' || name === '-h')) return 'help';
  const problems: string[] = [];
  refuseUnknown(command, given, problems);
  const values = readOptions(command.options, given, problems);
  const read = readPositionals(command, positionals, problems);
  if (problems.length > 0) throw misuse(command, ...problems);
  return { values: values as ValuesOf<O>, positionals: read };
}

interface Given {
  /** With its dashes. */
  readonly name: string;
  /** `undefined` for an option without a value. */
  readonly text: string | undefined;
}

function splitArguments(
  options: Options,
  argv: readonly string[],
): { readonly given: readonly Given[]; readonly positionals: readonly string[] } {
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(
      Object.entries(options).map(([name, { form }]) => [
        name,
        { type: form === 'flag' ? ('boolean' as const) : ('string' as const) },
      ]),
    ),
    strict: false,
    tokens: true,
  });
  const found = tokens.flatMap((token) => (token.kind === 'option' ? [token] : []));
  const unknown = found.filter(({ name, rawName }) => !isKnown(options, name, rawName));
  // The argument after an unknown option may be its value, so it is not reported as a second problem.
  const afterUnknown = new Set(unknown.map(({ index }) => index + 1));
  return {
    given: found.map(({ rawName, value, inlineValue }) => ({
      name: rawName,
      // An option that follows another one is not its value.
      text: value !== undefined && (inlineValue || !value.startsWith('--')) ? value.trim() : undefined,
    })),
    positionals: tokens.flatMap((token) =>
      token.kind === 'positional' && !afterUnknown.has(token.index) ? [token.value] : [],
    ),
  };
}

function isKnown(options: Options, name: string, rawName: string): boolean {
  return rawName === `--${name}` && Object.hasOwn(options, name);
}

function refuseUnknown({ options }: CommandLine, given: readonly Given[], problems: string[]): void {
  const known = listNames(options);
  for (const { name } of given) {
    if (!known.includes(name)) problems.push(describeUnknown(name, 'an option', known));
  }
}

function listNames(options: Options): readonly string[] {
  return [...Object.keys(options), 'help'].map((name) => `--${name}`);
}

function readOptions(options: Options, given: readonly Given[], problems: string[]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options).map(([key, option]) => {
      const name = `--${key}`;
      const texts = given.flatMap((one) => (one.name === name ? [one.text] : []));
      if (texts.length > 1 && option.form !== 'repeated') problems.push(`\`${name}\` is given twice.`);
      if (texts.length === 0 && option.required)
        problems.push(`\`${name}\` is missing; allowed: ${option.kind.allowed}.`);
      const filled = texts.map((one) => (option.form === 'flag' ? (one ?? 'true') : one || undefined));
      if (filled.includes(undefined)) {
        problems.push(`\`${name}\` has no value; allowed: ${option.kind.allowed}.`);
        return [key, undefined];
      }
      return [key, collect(`\`${name}\``, problems, () => option.read(filled.filter((one) => one !== undefined)))];
    }),
  );
}

function readPositionals<W>(
  { positionals, options }: CommandLine<Options, W>,
  given: readonly string[],
  problems: string[],
): readonly W[] {
  if (positionals && given.length < positionals.least)
    problems.push(`\`${positionals.kind.placeholder}\` is missing; allowed: ${positionals.kind.allowed}.`);
  for (const stray of given.slice(positionals?.most ?? 0))
    problems.push(describeUnknown(stray, 'expected here', listNames(options)));
  return given.slice(0, positionals?.most ?? 0).flatMap((word) => {
    const parsed =
      positionals &&
      collect(`\`${positionals.kind.placeholder}\``, problems, () => parsePositional(word, positionals.kind));
    return parsed === undefined ? [] : [parsed];
  });
}

function parsePositional<W>(given: string, kind: Kind<W>): W {
  const parsed = kind.parse(given);
  if (parsed === undefined) throw new BadValue(given, kind);
  return parsed;
}

/** Adds a value that is not allowed to the problems. */
function collect<T>(name: string, problems: string[], read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof BadValue)) throw error;
    problems.push(`${name} ${error.verb} "${error.given}"; ${describeAllowed(error)}`);
    return undefined;
  }
}
