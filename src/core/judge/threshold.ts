import { BadValue, BadValues } from '../inputs/inputs.js';
import { compilePattern, type Pattern } from './pattern.js';
import { SyntaxProblem } from './syntax-problem.js';
import { NoAnswer } from './threshold-arithmetic.js';
import { parseExpression } from './threshold-parser.js';

/** What a metric has to be, as the users wrote it. */
export interface Threshold {
  /** The metric's exact name, or a pattern that names of metrics contain. */
  readonly key: string;
  /** Example: `lambda x: x < (3 * 1.1)`. */
  readonly text: string;
  /** Why {@link key} is only a name and no pattern, such as `BM_Read/8*(2`. */
  readonly noPattern?: string;
  readonly isFor: (metric: string) => boolean;
  readonly check: (value: number) => ThresholdAnswer;
}

/** `refused`: why the threshold has no answer for the value. */
export type ThresholdAnswer = { readonly passed: boolean } | { readonly refused: string };

const FORM =
  'a comparison such as `< 3.3`, or `lambda x: 0 < x <= 3 * 1.1`, with `and`, `or`, `not`, + - * /, abs, min, max, round';
/** The most characters of a threshold that a message shows. */
const SHOWN = 60;

/**
 * Reads thresholds. Nothing in them is ever run as a program.
 *
 * @param entries keys with expressions, in the order in which they are written, which decides between patterns
 * @throws BadValues with every problem
 */
export function readThresholds(entries: Iterable<readonly [string, unknown]>): readonly Threshold[] {
  const problems: BadValue[] = [];
  const thresholds = [...entries].flatMap(([key, text]) => {
    try {
      return [readThreshold(key, text)];
    } catch (error) {
      if (!(error instanceof BadValue)) throw error;
      problems.push(error);
      return [];
    }
  });
  if (problems.length > 0) throw new BadValues(problems);
  return thresholds;
}

/** @throws BadValue */
function readThreshold(key: string, given: unknown): Threshold {
  if (typeof given !== 'string') throw new BadValue(FORM, `${key}: ${shorten(JSON.stringify(given) ?? 'undefined')}`);
  const text = given.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '');
  try {
    const expression = parseExpression(text);
    return { key, text, ...readKey(key), check: (value) => answer(expression, value) };
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    throw new BadValue(`${FORM}; it has ${error.message}`, `${key}: ${shorten(text)}`);
  }
}

/** A key that is no pattern is still a name. Metrics have names such as `p99 (ms` or `c++`. */
function readKey(key: string): Pick<Threshold, 'isFor' | 'noPattern'> {
  try {
    const pattern: Pattern = compilePattern(key);
    return { isFor: (metric) => metric === key || pattern(metric) };
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    return { isFor: (metric) => metric === key, noPattern: `it has ${error.message}` };
  }
}

function answer(expression: (x: number) => number | boolean, value: number): ThresholdAnswer {
  try {
    const passed = expression(value);
    if (typeof passed === 'boolean') return { passed };
    return { refused: `it gives ${passed}, neither True nor False` };
  } catch (error) {
    if (error instanceof NoAnswer) return { refused: error.message };
    throw error;
  }
}

/** The threshold of a metric: that of its exact name, otherwise the first whose pattern its name contains. */
export function findThreshold(thresholds: readonly Threshold[], metric: string): Threshold | undefined {
  return thresholds.find(({ key }) => key === metric) ?? thresholds.find(({ isFor }) => isFor(metric));
}

function shorten(text: string): string {
  return text.length > SHOWN ? `${text.slice(0, SHOWN - 1)}…` : text;
}
