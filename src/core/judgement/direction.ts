import type { Figure } from '../figures/figure.js';
import { BadValue, BadValues } from '../inputs/inputs.js';
import { compilePattern, type Pattern } from '../judge/pattern.js';
import { SyntaxProblem } from '../judge/syntax-problem.js';
import { findThreshold, type Threshold } from '../judge/threshold.js';

/** Which values of metrics are better, as the users say it. */
export interface Direction {
  readonly key: string;
  readonly isFor: Pattern;
  readonly better: 'lower' | 'higher';
}

const FORM = 'a map from metrics to `lower` or `higher`';

/** Reads the input `better`. @throws BadValues with every problem */
export function readDirections(given: unknown): readonly Direction[] {
  if (given === undefined || given === null) return [];
  if (typeof given !== 'object' || Array.isArray(given)) throw new BadValue(FORM);
  const problems: BadValue[] = [];
  const directions = Object.entries(given).flatMap(([key, better]) => {
    if (better !== 'lower' && better !== 'higher') {
      problems.push(new BadValue(FORM, `${key}: ${JSON.stringify(better)}`));
      return [];
    }
    return [{ key, better, isFor: compileKey(key) } as const];
  });
  if (problems.length > 0) throw new BadValues(problems);
  return directions;
}

/** A key that is no pattern is still a name, such as `c++`. */
function compileKey(key: string): Pattern {
  try {
    return compilePattern(key);
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    return (name) => name === key;
  }
}

/**
 * Which values of a metric are better: as the users say, as the results say, or as the threshold shows, since `< 3` has
 * no other meaning.
 */
export function findDirection(
  figure: Figure,
  directions: readonly Direction[],
  thresholds: readonly Threshold[],
): 'lower' | 'higher' | undefined {
  const own = directions.find(({ key }) => key === figure.name) ?? directions.find(({ isFor }) => isFor(figure.name));
  if (own) return own.better;
  const threshold = findThreshold(thresholds, figure);
  return figure.better ?? (threshold && readDirection(threshold));
}

/** Beyond all values that are measured, and within what a threshold may calculate with. */
const FAR = 1e100;

/** `lower` if only low values pass. Undefined of `1 < x < 3`. */
function readDirection({ check }: Threshold): 'lower' | 'higher' | undefined {
  const [low, high] = [-FAR, FAR].map((value) => {
    const answer = check(value);
    return 'passed' in answer && answer.passed;
  });
  return low === high ? undefined : low ? 'lower' : 'higher';
}

/** Keys of `better` that are about no metric, such as those with a typing error: sentences. */
export function describeUnused(directions: readonly Direction[], figures: readonly Figure[]): readonly string[] {
  const unused = directions.filter(({ key, isFor }) => !figures.some(({ name }) => name === key || isFor(name)));
  return unused.length === 0
    ? []
    : [`\`better\` has keys that are about no metric: ${unused.map(({ key }) => key).join(', ')}.`];
}
