import { parseArgs } from 'node:util';
import { Failure } from '../../src/core/kernel/failure.js';
import { parseInputs, type ValuesOf } from '../../src/core/inputs/inputs.js';
import { nearest } from '../../src/core/kernel/nearest.js';
import type { Option } from './options.js';

export type Options = Readonly<Record<string, Option<unknown>>>;

/**
 * The values of a command's options, or every problem with its arguments in one error.
 *
 * @param options by name, as `--preset`
 * @returns `help` when that was asked for, whatever else is there
 * @throws Failure `bad-input`
 */
export function readArguments<O extends Options>(
  command: string,
  options: O,
  argv: readonly string[],
): ValuesOf<O> | 'help' {
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(
      Object.entries(options).map(([name, { isFlag }]) => [
        name.slice('--'.length),
        { type: isFlag ? ('boolean' as const) : ('string' as const) },
      ]),
    ),
    strict: false,
    tokens: true,
  });
  const given = tokens.flatMap((token) => (token.kind === 'option' ? [token] : []));
  if (given.some(({ rawName }) => rawName === '--help' || rawName === '-h')) return 'help';
  const known = Object.keys(options);
  // What follows an unknown option may be its value: one problem, not two.
  const misread = new Set(given.filter(({ rawName }) => !known.includes(rawName)).map(({ index }) => index + 1));
  const stray = tokens.flatMap((token) =>
    token.kind === 'positional' && !misread.has(token.index) ? [token.value] : [],
  );
  const problems = [
    ...stray.map((word) => `\`${word}\` stands alone; allowed: options, like ${known[0]}.`),
    ...given.filter(({ rawName }) => !known.includes(rawName)).map(({ rawName }) => describeUnknown(rawName, known)),
    ...given.flatMap(({ rawName }, at) => (isRepeated(given, at) ? [`\`${rawName}\` is given twice.`] : [])),
  ];
  const raw = readRaw(given, options, problems);
  const { values, problems: bad } = parseInputs(options, raw);
  const missing = known.filter((name) => options[name]!.required && !Object.hasOwn(raw, name));
  problems.push(...bad, ...missing.map((name) => `\`${name}\` is missing; it takes: ${options[name]!.takes}.`));
  refuse(command, problems);
  return values;
}

interface Given {
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

function readRaw(given: readonly Given[], options: Options, problems: string[]): Record<string, { text: string }> {
  const raw: Record<string, { text: string }> = {};
  for (const { rawName, value, inlineValue } of given) {
    const option = options[rawName];
    if (!option) continue;
    // The next option is nobody's value.
    const text = value !== undefined && (inlineValue || !value.startsWith('--')) ? value.trim() : undefined;
    if (option.isFlag) raw[rawName] = { text: text ?? 'true' };
    else raw[rawName] = { text: text ?? '' };
    if (!option.isFlag && !text) problems.push(`\`${rawName}\` has no value; it takes: ${option.takes}.`);
  }
  return raw;
}

function isRepeated(given: readonly Given[], at: number): boolean {
  return given.slice(0, at).some(({ rawName }) => rawName === given[at]!.rawName);
}

function describeUnknown(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return `\`${name}\` is not an option${near ? `; did you mean \`${near}\`?` : '.'} There are: ${known.join(', ')}.`;
}

function refuse(command: string, problems: readonly string[]): void {
  const [first] = problems;
  if (first === undefined) return;
  const many = problems.length > 1;
  throw new Failure('bad-input', many ? `${problems.length} arguments of ${command} cannot be used.` : first, {
    hint: `Nothing was done. See \`npm run ami -- ${command} --help\`.`,
    details: many ? problems : [],
  });
}
