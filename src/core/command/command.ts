import { shorten } from '../config/describe-missing.js';
import type { Override } from '../config/resolve-configuration.js';
import type { YamlLanguage } from '../config/yaml-scalars.js';
import { nearest } from '../kernel/nearest.js';
import { type Directives, readDirectives } from './directives.js';
import { type CommandLine, type CommentLines, readCommandLines } from './lines.js';
import { describeNone, findDoubts, firstWord, type TestNames } from './near-misses.js';

/** A text with commands. `source` names it for users: `the comment`. */
export interface CommandText {
  readonly text: string;
  readonly source: string;
}

/** What a comment asks for. */
export interface Command extends Directives {
  /** `plan`: only to say what `test` would run. */
  readonly mode: 'test' | 'plan';
  /** The name of the test; `undefined` where comments name none. */
  readonly testName: string | undefined;
  readonly args: readonly Argument[];
  /** The words directly below the command. If they are names of presets, they were meant as arguments. */
  readonly below: readonly Argument[];
}

export interface Argument {
  readonly text: string;
  /** `the comment, line 3` */
  readonly source: string;
}

export interface CommandOptions extends TestNames {
  readonly language: YamlLanguage;
}

export type Reading =
  /** No command for this test. `hint`: what its author may have meant. */
  | { readonly kind: 'none'; readonly hint?: string }
  /** `command`: what the other lines ask for, so that it is judged, too. Absent where commands contradict each other. */
  | { readonly kind: 'refused'; readonly problems: readonly string[]; readonly command?: Command }
  | { readonly kind: 'command'; readonly command: Command; readonly warnings: readonly string[] };

/** The words after `/`, except those that begin a command. */
const DIRECTIVES = ['var', 'skip', 'only', 'cluster', 'project'];
const WORDS = ['test', 'plan', ...DIRECTIVES];
/** What people say to each other, one letter from a directive. */
const PROSE = ['ship'];

/**
 * Reads the commands of a comment, and the directives of the pull request's description, which count first. A description
 * begins no test.
 */
export function readCommand(
  comment: CommandText,
  description: CommandText | undefined,
  options: CommandOptions,
): Reading {
  const lines = readCommandLines(comment.text);
  const commands = lines.commands.filter(({ word }) => word === 'test' || word === 'plan');
  const own = commands.filter(({ rest }) => options.testName === undefined || firstWord(rest) === options.testName);
  const [first] = own;
  if (!first) return describeNone(lines, commands, options);

  const { args, problems } = readArguments(own, comment.source, options);
  const isOne = problems.length === 0;
  problems.push(...findTypos(lines.commands, comment.source));
  const texts = [
    ...(description ? [{ ...description, lines: readCommandLines(description.text) }] : []),
    { ...comment, lines },
  ];
  const doubts = findDoubts(texts, DIRECTIVES);
  const { directives, ...found } = readDirectives(
    texts.map(({ source, lines: { commands: ofText } }) => ({ source, lines: ofText })),
    options.language,
  );
  problems.push(...doubts.problems, ...found.problems);
  const { testName } = options;
  const below = own.flatMap(({ line }) => readBelow(line, lines, comment.source));
  const command: Command = { mode: first.word as Command['mode'], testName, args, below, ...directives };
  if (problems.length > 0) return { kind: 'refused', problems, ...(isOne && { command }) };
  return { kind: 'command', command, warnings: [...doubts.warnings, ...found.warnings] };
}

function readBelow(line: number, { shown, commands }: CommentLines, source: string): Argument[] {
  const below = shown.find((one) => one.line === line + 1 && one.place === 'text');
  if (!below || commands.some((one) => one.line === below.line)) return [];
  return splitWords(below.text).map((text) => ({ text, source: `${source}, line ${below.line}` }));
}

/** The line of a comment with the command of this test, or else with any command or what looks like one, as written. */
export function findCommandLine(text: string, testName: string | undefined): string | undefined {
  const { commands, doubtful, shown } = readCommandLines(text);
  const lines = [...commands, ...doubtful].filter(({ word }) => word === 'test' || word === 'plan');
  const line = lines.find(({ rest }) => testName === undefined || firstWord(rest) === testName) ?? lines[0] ?? shown[0];
  return line?.text.trim();
}

function splitWords(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

/**
 * A comment asks for one thing. Without a test's name, several lines add up: `/test unit` and `/test cuda`. With a name, the
 * same line twice counts once, and different ones contradict each other.
 */
function readArguments(
  own: readonly CommandLine[],
  source: string,
  { testName }: CommandOptions,
): { args: Argument[]; problems: string[] } {
  const [first, ...others] = own as [CommandLine, ...CommandLine[]];
  const isSame = ({ word, rest }: CommandLine) =>
    word === first.word && (testName === undefined || splitWords(rest).join(' ') === splitWords(first.rest).join(' '));
  const other = others.find((line) => !isSame(line));
  const problems = other
    ? [
        `${source}, lines ${first.line} and ${other.line}: \`${shorten(first.text)}\` and \`${shorten(other.text)}\` are two commands; allowed: one in a comment.`,
      ]
    : [];
  const args = (testName === undefined ? own : [first]).flatMap(({ line, rest }) =>
    splitWords(rest)
      .slice(testName === undefined ? 0 : 1)
      .map((text) => ({ text, source: `${source}, line ${line}` })),
  );
  return { args, problems };
}

/** A misspelled directive would change what is run, and nothing else would show it. */
function findTypos(lines: readonly CommandLine[], source: string): string[] {
  return lines.flatMap(({ line, word, text }) => {
    if (WORDS.includes(word) || PROSE.includes(word) || word.length > 10) return [];
    const near = nearest(word, WORDS);
    const isTypo = near !== undefined && Math.abs(near.length - word.length) < 2 && isClose(word, near);
    return isTypo ? [`${source}, line ${line}: \`${shorten(text)}\` is no command; did you mean \`/${near}\`?`] : [];
  });
}

/** One edit, or two letters that changed places. Farther words, such as `/variant`, are prose. */
function isClose(word: string, near: string): boolean {
  let at = 0;
  while (word[at] === near[at]) at++;
  const isSwapped = word[at] === near[at + 1] && word[at + 1] === near[at];
  return (
    word.slice(at + 1) === near.slice(at + 1) ||
    word.slice(at + 1) === near.slice(at) ||
    word.slice(at) === near.slice(at + 1) ||
    (isSwapped && word.slice(at + 2) === near.slice(at + 2))
  );
}

/** The overrides that a command stands for, under the names that the seed's configuration has. */
export function listOverrides({ testName, args, phases, vars, project, cluster }: Command, source: string): Override[] {
  const positional = args.map(({ text, source: from }, at) => ({
    key: `PR_POSITIONAL_ARG_${at + 1}`,
    value: text,
    source: from,
  }));
  return [
    { key: 'PR_POSITIONAL_ARGS', value: args.map(({ text }) => text).join(' '), source },
    { key: 'PR_POSITIONAL_ARG_0', value: testName ?? '', source },
    ...positional,
    ...phases,
    ...vars,
    ...project,
    ...cluster,
  ];
}
