import { SyntaxProblem } from './syntax-problem.js';
import { comparisons, NoAnswer } from './threshold-arithmetic.js';
import { parseExpression } from './threshold-parser.js';
import { readTokens, type Token } from './threshold-tokens.js';

/** A limit of the values that pass, as a value that a plot can show: x `operator` value. */
export interface Bound {
  readonly operator: '<' | '<=' | '>' | '>=';
  readonly value: number;
}

const MIRRORED: Readonly<Record<string, Bound['operator']>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };
/** The name of the parameter in the short form, which has none. */
const SHORT = 'x';

/**
 * The bounds of a threshold that consists of comparisons of the value with numbers, joined by `and`: 3.3 of
 * `lambda x: x < (3 * 1.1)`, 1 and 3.3 of `> 1 and <= 3.3`. None of any other.
 */
export function findBounds(threshold: string): readonly Bound[] {
  try {
    const { parameter, body } = readParameter(readTokens(threshold).slice(0, -1));
    const parts = split(body, (text) => text === 'and');
    if (body.some(({ text }) => text === 'or' || text === 'not')) return [];
    const bounds = parts.map((part) => readComparison(part, parameter));
    return bounds.every((one) => one !== undefined) ? bounds.flat() : [];
  } catch (error) {
    if (error instanceof SyntaxProblem || error instanceof NoAnswer) return [];
    throw error;
  }
}

function readParameter(tokens: readonly Token[]): { readonly parameter: string; readonly body: readonly Token[] } {
  if (tokens[0]?.text !== 'lambda') return { parameter: SHORT, body: tokens };
  return { parameter: tokens[1]!.text, body: tokens.slice(3) };
}

/** The bounds of one comparison, which may be a chain such as `1 < x <= 3.3`. Undefined of any other. */
function readComparison(tokens: readonly Token[], parameter: string): readonly Bound[] | undefined {
  const operands = split(tokens, (text) => comparisons.has(text)).map((part) => readOperand(part, parameter));
  const operators = findAtTop(tokens, (text) => comparisons.has(text)).map((at) => tokens[at]!.text);
  const bounds = operators.map((operator, index): Bound | undefined => {
    const [left, right] = [operands[index], operands[index + 1]];
    const mirrored = MIRRORED[operator];
    if (mirrored === undefined) return undefined;
    if (right === 'value' && typeof left === 'number') return { operator: mirrored, value: left };
    if (left !== 'value' || typeof right !== 'number') return undefined;
    return { operator: operator as Bound['operator'], value: right };
  });
  return bounds.length > 0 && bounds.every((one) => one !== undefined) ? bounds : undefined;
}

/** The metric's value itself, a number, or undefined for anything else. An operand left out is the value. @throws NoAnswer */
function readOperand(tokens: readonly Token[], parameter: string): 'value' | number | undefined {
  if (tokens.length === 0 || (tokens.length === 1 && tokens[0]!.text === parameter)) return 'value';
  if (tokens.some(({ text }) => text === parameter)) return undefined;
  const value = parseExpression(`lambda ${parameter}: ${tokens.map(({ text }) => text).join(' ')}`)(0);
  return typeof value === 'number' ? value : undefined;
}

function split(tokens: readonly Token[], isBetween: (text: string) => boolean): readonly (readonly Token[])[] {
  const places = findAtTop(tokens, isBetween);
  return [...places, tokens.length].map((end, index) => tokens.slice(index === 0 ? 0 : places[index - 1]! + 1, end));
}

/** The indexes of tokens outside of all parentheses. */
function findAtTop(tokens: readonly Token[], isWanted: (text: string) => boolean): readonly number[] {
  let depth = 0;
  return tokens.flatMap(({ text }, index) => {
    if (text === '(') depth++;
    if (text === ')') depth--;
    return depth === 0 && isWanted(text) ? [index] : [];
  });
}
