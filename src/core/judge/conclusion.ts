import { shortenMiddle } from '../kernel/markdown.js';
import { plural } from '../kernel/plural.js';
import type { Verdict, VerdictState } from './verdict.js';

/** What fails a run, beside metrics that are refused. `problem`: what makes the figures doubtful. */
export const FAIL_ON = ['threshold', 'regression', 'missing', 'problem', 'undecided'] as const;
export type FailOn = (typeof FAIL_ON)[number];

export interface ConclusionRules {
  readonly failOn: ReadonlySet<FailOn>;
  /**
   * Whether a run without a single metric that a threshold judged fails. If not, as with Benchmark Tools, a metric that
   * nothing is about passes.
   */
  readonly requireThresholds: boolean;
  /** The problems that the readers of the results found: sentences. */
  readonly problems: readonly string[];
}

/** The answer about all metrics of a run. */
export interface Conclusion {
  /** Whether everything was judged and good enough: no metric is undecided, either. */
  readonly passed: boolean;
  /**
   * TOPSAIL's codes: 0; 1 to 99, how many metrics are worse or beyond their thresholds (99: or more); 100, something
   * could not be judged.
   */
  readonly code: number;
  /** Sentences on why it did not pass. */
  readonly reasons: readonly string[];
}

export const COULD_NOT_JUDGE = 100;
const MOST_REGRESSIONS = 99;
/** The states that fail a run if these are asked for. A metric that is refused always does. */
const FAILING: Readonly<Record<Exclude<FailOn, 'problem'>, VerdictState>> = {
  threshold: 'missed',
  regression: 'regression',
  missing: 'missing',
  undecided: 'undecided',
};

export function conclude(verdicts: readonly Verdict[], rules: ConclusionRules): Conclusion {
  const count = (state: VerdictState): number => verdicts.filter((one) => one.state === state).length;
  const states = [...rules.failOn].flatMap((one) => (one === 'problem' ? [] : [FAILING[one]]));
  const failing = new Set<VerdictState>(['refused', ...states]);
  const failed = (state: VerdictState): number => (failing.has(state) ? count(state) : 0);
  const isUnchecked = rules.requireThresholds && !verdicts.some(isCheckedByThreshold);
  const isEmpty = verdicts.every(({ state }) => state === 'missing');
  const isDoubtful = rules.problems.length > 0 && rules.failOn.has('problem');
  const worse = failed('missed') + failed('regression');
  const isError =
    isUnchecked || isEmpty || isDoubtful || failed('refused') + failed('missing') + failed('undecided') > 0;
  const code = isError ? COULD_NOT_JUDGE : Math.min(MOST_REGRESSIONS, worse);
  return {
    passed: code === 0 && count('undecided') === 0,
    code,
    reasons: [
      ...(isEmpty ? ['The results have no metric.'] : []),
      ...(isUnchecked && !isEmpty ? ['No threshold is about a metric of the results.'] : []),
      ...(['refused', 'missing', 'missed', 'regression', 'undecided'] as const).flatMap((state) =>
        count(state) > 0 ? [describeState(state, verdicts)] : [],
      ),
      ...describeProblems(rules.problems),
    ],
  };
}

/** The first problem, and how many more there are. */
function describeProblems([first, ...others]: readonly string[]): readonly string[] {
  if (first === undefined) return [];
  const more = others.length > 0 ? ` And ${plural(others.length, 'more problem')}.` : '';
  return [`The results are doubtful: ${first}${more}`];
}

function isCheckedByThreshold({ state, threshold }: Verdict): boolean {
  return threshold !== undefined && state !== 'missing';
}

const DESCRIBED: Readonly<Record<Exclude<VerdictState, 'passed' | 'unjudged'>, (count: number) => string>> = {
  refused: (count) => `${plural(count, 'metric')} cannot be judged`,
  missing: (count) => `${plural(count, 'metric')} ${count === 1 ? 'is' : 'are'} missing`,
  missed: (count) => `${plural(count, 'metric')} ${count === 1 ? 'is' : 'are'} beyond the threshold`,
  regression: (count) => `${plural(count, 'metric')} became worse`,
  undecided: (count) => `${plural(count, 'metric')} ${count === 1 ? 'is' : 'are'} undecided`,
};

/** In a sentence. */
const MOST_NAMED = 3;
const LONGEST_NAME = 80;

/** How many metrics are in a state, and which; of a single one that cannot be judged also why. */
function describeState(state: keyof typeof DESCRIBED, verdicts: readonly Verdict[]): string {
  const all = verdicts.filter((one) => one.state === state);
  const names = all.slice(0, MOST_NAMED).map(({ name }) => shortenMiddle(name.replace(/\s+/g, ' '), LONGEST_NAME));
  const more = all.length - names.length;
  const named = [...names, ...(more > 0 ? [`${more} more`] : [])].join(', ');
  const [only] = all;
  const why = all.length === 1 && state === 'refused' ? ` ${only!.reasons[0]}` : '';
  return `${DESCRIBED[state](all.length)}: ${named}.${why}`;
}
