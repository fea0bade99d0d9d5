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

const COMMAND = /^ {0,3}(\/([a-z]+))(?:\s+(.*))?$/i;
const FENCE = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})/;
const CLOSING_FENCE = /^ {0,3}(`{3,}|~{3,})\s*$/;
/** Blanks that web pages put into copied text, and marks without width. */
const ODD_BLANKS = /[\u00a0\u2000-\u200a\u202f\u3000]/g;
const WITHOUT_WIDTH = /[\ufeff\u200b-\u200d\u2060]/g;

/**
 * The lines that GitHub shows as text and that begin with `/` and a word. Quotes (`>`), code blocks, indented code and HTML
 * comments are no commands: they show, quote or hide one.
 */
export function readCommandLines(text: string): CommandLine[] {
  const found: CommandLine[] = [];
  let fence: string | undefined;
  let isHidden = false;
  for (const [at, raw] of text.split(/\r\n|\r|\n/).entries()) {
    if (fence !== undefined) {
      if (CLOSING_FENCE.exec(raw)?.[1]?.startsWith(fence)) fence = undefined;
      continue;
    }
    const shown = removeHidden(raw, isHidden);
    isHidden = shown.isHidden;
    const line = shown.text.replace(ODD_BLANKS, ' ').replace(WITHOUT_WIDTH, '');
    fence = FENCE.exec(line)?.[1];
    const [, , word, rest = ''] = COMMAND.exec(line) ?? [];
    if (word !== undefined)
      found.push({ line: at + 1, word: word.toLowerCase(), rest: rest.trim(), text: line.trim() });
  }
  return found;
}

/** @param isHidden whether the line begins within an HTML comment */
function removeHidden(line: string, isHidden: boolean): { text: string; isHidden: boolean } {
  let text = '';
  let at = 0;
  let hidden = isHidden;
  while (at < line.length) {
    const mark = hidden ? '-->' : '<!--';
    const next = line.indexOf(mark, at);
    if (!hidden) text += line.slice(at, next < 0 ? undefined : next);
    if (next < 0) break;
    hidden = !hidden;
    at = next + mark.length;
  }
  return { text, isHidden: hidden };
}
