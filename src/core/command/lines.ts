import { BlockReader, type Place, type PlacedLine } from './blocks.js';

/** A line of a comment that begins with `/` and a word. */
export interface CommandLine {
  /** Of the text, from 1. */
  readonly line: number;
  /** The word after `/`, in lower case. */
  readonly word: string;
  /** What follows, without blanks around it. */
  readonly rest: string;
  /** The line as written, without blanks around it. */
  readonly text: string;
}

/** A line that would be a command elsewhere. */
export interface DoubtfulLine extends CommandLine {
  readonly place: Exclude<Place, 'text' | 'code' | 'quote'>;
}

export interface CommentLines {
  readonly commands: readonly CommandLine[];
  /** Lines that look like commands, where they are part of something else. */
  readonly doubtful: readonly DoubtfulLine[];
  /** All lines that GitHub shows, those without text left out. */
  readonly shown: readonly PlacedLine[];
}

const COMMAND = /^ {0,3}(\/([a-z]+))(?:\s+(.*))?$/is;
/** Blanks that web pages put into copied text, and marks without width. */
const ODD_BLANKS = /[\u00a0\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/g;
const WITHOUT_WIDTH = /[\u00ad\ufeff\u200b-\u200f\u202a-\u202e\u2060-\u2069]/g;

/**
 * The lines that GitHub shows as text and that begin with `/` and a word. Quotes (`>`), code, and HTML comments have no
 * commands: they show, quote or hide one. In lists, tables, `<details>` and the like, a command is doubtful: most often it
 * is an example.
 */
export function readCommandLines(text: string): CommentLines {
  const lines = text
    .replace(ODD_BLANKS, ' ')
    .replace(WITHOUT_WIDTH, '')
    .split(/\r\n|\r|\n/);
  const shown = new BlockReader(lines.map(expandTabs)).read().placed;
  const commands: CommandLine[] = [];
  const doubtful: DoubtfulLine[] = [];
  for (const { line, place, text: written } of shown) {
    if (place === 'code' || place === 'quote') continue;
    const command = readLine(place === 'text' ? written : written.replace(/^\[[ x]\] /i, ''), line);
    if (!command) continue;
    if (place === 'text') commands.push(command);
    else doubtful.push({ ...command, place });
  }
  return { commands, doubtful, shown };
}

/** Markdown counts a tab as up to four blanks, which decides whether a line is code, or of which list. */
function expandTabs(line: string): string {
  return line.replace(/^[\s>*+\-\d.)]*/, (start) => start.replaceAll('\t', '    '));
}

function readLine(text: string, line: number): CommandLine | undefined {
  const [, , word, rest = ''] = COMMAND.exec(text) ?? [];
  return word === undefined ? undefined : { line, word: word.toLowerCase(), rest: rest.trim(), text: text.trim() };
}
