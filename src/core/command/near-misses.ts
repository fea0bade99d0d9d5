import { shorten } from '../config/describe-missing.js';
import { nearest } from '../kernel/nearest.js';
import type { CommandLine, CommentLines, DoubtfulLine } from './lines.js';

/** Why a line is no command, and what to do, as the end of a sentence. */
const REASONS: Readonly<Record<DoubtfulLine['place'], string>> = {
  'continued-quote': 'is shown as a part of the quote above it; put an empty line before it',
  list: 'is in a list; write it without the mark of the list',
  table: 'is in a table; put an empty line before it',
  element: 'is inside an element of HTML such as `<details>`; write it outside',
  mail: 'is in the mail that the comment answers; write it above that mail',
};

/** A command behind marks: of a list, of code, a smiley. Text that is struck out is withdrawn. */
const DECORATED = /^(?:[^a-z/~]*\[x\]|[^a-z/~]+(?=\/)|(?=\/ ))[^a-z/~]*\/ ?(test|plan)(?:\s+(.*)|)$/iu;

export interface TestNames {
  /** The word after `/test` that means this test. `undefined`: arguments follow `/test` at once. */
  readonly testName?: string | undefined;
  /** The names of all tests of the repository, so that a typo is noticed. */
  readonly testNames?: readonly string[];
}

export function firstWord(text: string): string {
  return /^\S*/.exec(text)![0];
}

/** Why a comment has no command for this test, if its author may think that it has one. */
export function describeNone(
  lines: CommentLines,
  commands: readonly CommandLine[],
  { testName, testNames = [] }: TestNames,
): { readonly kind: 'none'; readonly hint?: string } {
  const hidden = findHiddenCommand(lines, testName);
  if (hidden !== undefined) return { kind: 'none', hint: hidden };
  if (testName === undefined) return { kind: 'none' };
  const known = [...new Set([testName, ...testNames])];
  for (const { rest, word } of commands) {
    const name = firstWord(rest);
    const usage = `Write \`/${word} ${testName}\` and its arguments.`;
    if (/^(\?|help)?$/i.test(name)) return { kind: 'none', hint: usage };
    const isTypo =
      !known.includes(name) && Math.abs(name.length - testName.length) < 3 && nearest(name, known) === testName;
    if (isTypo)
      return { kind: 'none', hint: `There is no test \`${shorten(name)}\`; did you mean \`${testName}\`? ${usage}` };
  }
  return { kind: 'none' };
}

/**
 * Commands in lists, tables and code are examples, as long as there is other text. A comment of nothing else, and a command
 * directly below a quote, is most likely meant.
 */
function findHiddenCommand({ doubtful, shown }: CommentLines, testName: string | undefined): string | undefined {
  const isOwn = (rest = '') => testName === undefined || firstWord(rest) === testName;
  const below = doubtful.find(
    ({ place, word, rest, text }) =>
      (place === 'continued-quote' || (place === 'table' && !text.includes('|'))) &&
      (word === 'test' || word === 'plan') &&
      isOwn(rest),
  );
  if (below) return `Line ${below.line}, \`${shorten(below.text)}\`, ${REASONS[below.place]}.`;
  const decorated = shown.map(({ place, text }) =>
    place === 'quote' ? null : DECORATED.exec(trimMarks(place === 'list' ? `- ${text}` : text)),
  );
  const [, word, rest = ''] = decorated[0] ?? [];
  if (word === undefined || !decorated.every((one) => one !== null && isOwn(one[2]))) return undefined;
  return `A command begins its line: write \`${shorten(`/${word.toLowerCase()} ${rest}`.trim())}\`, with nothing before it.`;
}

/** Removes the marks of code and emphasis from the end. A regular expression would try each of many marks. */
function trimMarks(text: string): string {
  let end = text.length;
  while (end > 0 && '`*_"\' '.includes(text[end - 1]!)) end--;
  return text.slice(0, end);
}

/**
 * Directives that do not count, because they are part of something else.
 *
 * @param texts the last is the comment. Where it says what its author hardly means, it is refused; a description, which
 *   others wrote, is not.
 */
export function findDoubts(
  texts: readonly { readonly source: string; readonly lines: CommentLines }[],
  directives: readonly string[],
): { readonly problems: readonly string[]; readonly warnings: readonly string[] } {
  const problems: string[] = [];
  const warnings: string[] = [];
  for (const { source, lines } of texts)
    for (const { line, place, text, word } of lines.doubtful) {
      if (!directives.includes(word) || place === 'mail') continue;
      const sentence = `${source}, line ${line}: \`${shorten(text)}\` ${REASONS[place]}`;
      const isMeant = place === 'continued-quote' || place === 'list';
      if (isMeant && lines === texts.at(-1)!.lines) problems.push(`${sentence}.`);
      else warnings.push(`${sentence}, if it is to count.`);
    }
  return { problems, warnings };
}
