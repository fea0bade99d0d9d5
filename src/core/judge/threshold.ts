import type { Figure } from '../figures/figure.js';
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
  /** The threshold is for the metrics of this module only. */
  readonly module?: string;
  /** Why {@link key} is only a name and no pattern, such as `BM_Read/8*(2`. */
  readonly noPattern?: string;
  /** Whether the metric has the exact name {@link key}. */
  readonly isExact: (metric: Metric) => boolean;
  readonly isFor: (metric: Metric) => boolean;
  readonly check: (value: number) => ThresholdAnswer;
}

/** What a threshold has to know of a metric. */
export type Metric = Pick<Figure, 'name' | 'module'>;

/** A key and its expression, and the module to whose metrics the threshold applies; without one, to all metrics. */
export type ThresholdEntry = readonly [key: string, text: unknown, module?: string];

/** `refused`: why the threshold has no answer for the value. */
export type ThresholdAnswer = { readonly passed: boolean } | { readonly refused: string };

const FORM =
  'a comparison such as `< 3.3`, or `lambda x: 0 < x <= 3 * 1.1`, with `and`, `or`, `not`, + - * /, abs, min, max, round';
/** The most characters of a threshold that a message shows. */
const SHOWN = 60;

/**
 * Reads thresholds. Nothing in them is ever run as a program.
 *
 * @param entries in the order in which they are written, which decides between patterns
 * @throws BadValues with every problem
 */
export function readThresholds(entries: Iterable<ThresholdEntry>): readonly Threshold[] {
  const problems: BadValue[] = [];
  const thresholds = [...entries].flatMap((entry) => {
    try {
      return [readThreshold(entry)];
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
function readThreshold([key, given, module]: ThresholdEntry): Threshold {
  if (typeof given !== 'string') throw new BadValue(FORM, `${key}: ${shorten(JSON.stringify(given) ?? 'undefined')}`);
  const text = given.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '');
  try {
    const expression = parseExpression(text);
    return { key, text, ...readKey(key, module), check: (value) => answer(expression, value) };
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    throw new BadValue(`${FORM}; it has ${error.message}`, `${key}: ${shorten(text)}`);
  }
}

/** A key that is no pattern is still a name. Metrics have names such as `p99 (ms` or `c++`. */
function readKey(
  key: string,
  module: string | undefined,
): Pick<Threshold, 'module' | 'isExact' | 'isFor' | 'noPattern'> {
  const isExact = ({ name, module: own }: Metric): boolean =>
    module === undefined ? name === key : nameInModule(name, own) === key && (own ?? module) === module;
  const about = { ...(module !== undefined && { module }), isExact };
  try {
    const pattern: Pattern = compilePattern(key);
    return { ...about, isFor: (metric) => isExact(metric) || isLike(pattern, metric, module) };
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    return { ...about, isFor: isExact, noPattern: `it has ${error.message}` };
  }
}

/** A pattern such as `.*` of one module is not meant for the metrics of others, nor for those of unknown modules. */
function isLike(pattern: Pattern, { name, module: own }: Metric, module: string | undefined): boolean {
  if (module === undefined) return pattern(name);
  return own === module && pattern(nameInModule(name, own));
}

/** The name of a metric in its module: `data_points` of `latency_evaluation.data_points`, which two modules have. */
function nameInModule(name: string, module: string | undefined): string {
  const prefix = `${module}.`;
  return module !== undefined && name.startsWith(prefix) ? name.slice(prefix.length) : name;
}

/** A module without its packages: `latency_evaluation` of `benchmark_tools.evaluation.latency_evaluation`. */
export function nameModule(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
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
export function findThreshold(thresholds: readonly Threshold[], metric: Metric): Threshold | undefined {
  return findThresholds(thresholds, metric)[0];
}

/** All of a metric: several only if its module is unknown, and several modules have thresholds of its exact name. */
export function findThresholds(thresholds: readonly Threshold[], metric: Metric): readonly Threshold[] {
  const exact = thresholds.filter(({ isExact }) => isExact(metric));
  if (exact.length > 0) return exact;
  const first = thresholds.find(({ isFor }) => isFor(metric));
  return first ? [first] : [];
}

function shorten(text: string): string {
  return text.length > SHOWN ? `${text.slice(0, SHOWN - 1)}…` : text;
}
