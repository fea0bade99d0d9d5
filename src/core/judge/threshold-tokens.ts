import { plural } from '../kernel/plural.js';
import { SyntaxProblem } from './syntax-problem.js';

/** The longest threshold that is read, in characters. Those in use are under 100. */
export const MAX_THRESHOLD_LENGTH = 1000;

/** Python's keywords. A lambda's parameter cannot have such a name. */
export const KEYWORDS = new Set(
  'False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield'.split(
    ' ',
  ),
);

export interface Token {
  /** `name` includes Python's keywords. `end` stands behind the last token. */
  readonly kind: 'number' | 'name' | 'operator' | 'end';
  readonly text: string;
  /** The index of its first character. */
  readonly at: number;
}

const BLANKS = /[ \t]*/y;
/** A number may not touch a name: `0x10`, `1_000` and `3and` are no two tokens. */
const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
/** Longer operators first: `**` and `//` are found whole, so that the message can name them. */
const OPERATOR = /\*\*|\/\/|:=|<=|>=|==|!=|[<>+\-*/(),:]/y;

/** @throws SyntaxProblem */
export function readTokens(text: string): readonly Token[] {
  if (text.length > MAX_THRESHOLD_LENGTH) {
    throw new SyntaxProblem(`${plural(text.length, 'character')}, of which ${MAX_THRESHOLD_LENGTH} are allowed`, 0);
  }
  const tokens: Token[] = [];
  let at = take(BLANKS, text, 0).length;
  while (at < text.length) {
    const token = readToken(text, at);
    tokens.push(token);
    at += token.text.length;
    at += take(BLANKS, text, at).length;
  }
  return [...tokens, { kind: 'end', text: '', at }];
}

function readToken(text: string, at: number): Token {
  const number = take(NUMBER, text, at);
  if (number !== '') {
    checkNumber(number, text, at);
    return { kind: 'number', text: number, at };
  }
  const name = take(NAME, text, at);
  if (name !== '') return { kind: 'name', text: name, at };
  const operator = take(OPERATOR, text, at);
  if (operator !== '') return { kind: 'operator', text: operator, at };
  const character = String.fromCodePoint(text.codePointAt(at)!);
  throw new SyntaxProblem(`${describeCharacter(character)}, which is not allowed`, at);
}

/** Python counts in whole numbers of any size. Where JavaScript would count otherwise, the number is refused. */
function checkNumber(number: string, text: string, at: number): void {
  if (take(NAME, text, at + number.length) !== '') {
    throw new SyntaxProblem('a number in a form other than 12, 1.5 or 2e-3', at);
  }
  if (/^0\d/.test(number)) throw new SyntaxProblem('a number that begins with 0', at);
  const value = Number(number);
  if (/^\d+$/.test(number) && !Number.isSafeInteger(value)) {
    throw new SyntaxProblem('a whole number above 2**53 - 1', at);
  }
  if (!Number.isFinite(value)) throw new SyntaxProblem('a number that is too large', at);
}

/** The text that the sticky pattern matches at an index, or ''. */
function take(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}

/** Shows characters that look like blanks or letters of another script by their number. */
function describeCharacter(character: string): string {
  if (/^[!-~]$/.test(character)) return `\`${character}\``;
  return `the character U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
}
