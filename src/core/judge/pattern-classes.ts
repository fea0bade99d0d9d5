import { SyntaxProblem } from './syntax-problem.js';

/** Whether a character, one code point, is among those that a part of a pattern matches. */
export type IsIn = (character: string) => boolean;

const isWord: IsIn = (one) => /^[\p{L}\p{N}_]$/u.test(one);
const isDigit: IsIn = (one) => /^\p{Nd}$/u.test(one);
/** Python also counts these as blank, and does not count U+FEFF. */
const MORE_BLANKS = '\u001C\u001D\u001E\u001F\u0085';
const isBlank: IsIn = (one) => (/^\s$/.test(one) ? one !== '\uFEFF' : MORE_BLANKS.includes(one));

/** The classes that are written as one letter behind a backslash. */
export const ESCAPES: Readonly<Record<string, IsIn>> = {
  w: isWord,
  W: (one) => !isWord(one),
  d: isDigit,
  D: (one) => !isDigit(one),
  s: isBlank,
  S: (one) => !isBlank(one),
};
const CONTROLS: Readonly<Record<string, string>> = {
  a: '\u0007',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

export { isWord };

/** The character that a backslash at this index and what follows stand for, and the index behind them. */
export function readCharacterEscape(text: string, at: number): { readonly literal: string; readonly end: number } {
  const [code = '', digits = ''] = /^\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4})/.exec(text.slice(at, at + 6))
    ? [text.slice(at), text.slice(at + 2, at + (text[at + 1] === 'x' ? 4 : 6))]
    : [];
  if (code !== '') return { literal: String.fromCharCode(Number.parseInt(digits, 16)), end: at + 2 + digits.length };
  const point = text.codePointAt(at + 1);
  if (point === undefined) throw new SyntaxProblem('a backslash at its end', at);
  const character = String.fromCodePoint(point);
  const control = CONTROLS[character];
  if (control === undefined && /^[A-Za-z0-9]$/.test(character)) {
    throw new SyntaxProblem(`\`\\${character}\`, which is not allowed`, at);
  }
  return { literal: control ?? character, end: at + 1 + character.length };
}

/** Reads `[a-z_]` or `[^\d.]`. @param start the index of its bracket */
export function readClass(text: string, start: number): { readonly isIn: IsIn; readonly end: number } {
  let at = start + 1;
  const isNegated = text[at] === '^';
  if (isNegated) at++;
  const parts: IsIn[] = [];
  // As in Python, a closing bracket in the first place is an ordinary character.
  while (at < text.length && (text[at] !== ']' || parts.length === 0)) {
    const { isIn, end } = readPart(text, at);
    parts.push(isIn);
    at = end;
  }
  if (at >= text.length) throw new SyntaxProblem('a `[` without its `]`', start);
  return { isIn: (one) => parts.some((isIn) => isIn(one)) !== isNegated, end: at + 1 };
}

/** One character, one range or one class in brackets. */
function readPart(text: string, at: number): { readonly isIn: IsIn; readonly end: number } {
  const first = readMember(text, at);
  const isRange = text[first.end] === '-' && first.end + 1 < text.length && text[first.end + 1] !== ']';
  if (!isRange) return { isIn: first.isIn ?? ((one) => one === first.literal), end: first.end };
  const last = readMember(text, first.end + 1);
  const [from, to] = [first.literal?.codePointAt(0), last.literal?.codePointAt(0)];
  if (from === undefined || to === undefined || from > to) {
    throw new SyntaxProblem('a range whose ends are not two characters in order', at);
  }
  return { isIn: (one) => one.codePointAt(0)! >= from && one.codePointAt(0)! <= to, end: last.end };
}

interface Member {
  readonly end: number;
  readonly isIn?: IsIn;
  readonly literal?: string;
}

function readMember(text: string, at: number): Member {
  const character = String.fromCodePoint(text.codePointAt(at)!);
  if (character !== '\\') return { literal: character, end: at + character.length };
  const isIn = ESCAPES[text[at + 1] ?? ''];
  if (isIn) return { isIn, end: at + 2 };
  if (text[at + 1] === 'b') return { literal: '\b', end: at + 2 };
  return readCharacterEscape(text, at);
}
