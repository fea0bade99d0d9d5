import { plural } from '../kernel/plural.js';
import type { Verdict, VerdictState } from './verdict.js';

/** What fails a run, beside metrics that are refused. */
export type FailOn = 'threshold' | 'regression' | 'missing' | 'undecided';

export interface ConclusionRules {
  readonly failOn: ReadonlySet<FailOn>;
  /** Whether a run without a single metric that a threshold judged fails. */
  readonly requireThresholds: boolean;
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
const FAILING: Readonly<Record<FailOn, VerdictState>> = {
  threshold: 'missed',
  regression: 'regression',
  missing: 'missing',
  undecided: 'undecided',
};

export function conclude(verdicts: readonly Verdict[], rules: ConclusionRules): Conclusion {
  const count = (state: VerdictState): number => verdicts.filter((one) => one.state === state).length;
  const failing = new Set<VerdictState>(['refused', ...[...rules.failOn].map((one) => FAILING[one])]);
  const failed = (state: VerdictState): number => (failing.has(state) ? count(state) : 0);
  const isUnchecked = rules.requireThresholds && !verdicts.some(isCheckedByThreshold);
  const isEmpty = !verdicts.some(({ state }) => state !== 'unjudged');
  const worse = failed('missed') + failed('regression');
  const isError = isUnchecked || isEmpty || failed('refused') + failed('missing') + failed('undecided') > 0;
  const code = isError ? COULD_NOT_JUDGE : Math.min(MOST_REGRESSIONS, worse);
  return {
    passed: code === 0 && count('undecided') === 0,
    code,
    reasons: [
      ...(isEmpty ? ['No metric was judged.'] : []),
      ...(isUnchecked && !isEmpty ? ['No threshold is about a metric of the results.'] : []),
      ...(['refused', 'missing', 'missed', 'regression', 'undecided'] as const).flatMap((state) =>
        count(state) > 0 ? [DESCRIBED[state](count(state))] : [],
      ),
    ],
  };
}

function isCheckedByThreshold({ state, threshold }: Verdict): boolean {
  return threshold !== undefined && state !== 'missing' && state !== 'refused';
}

const DESCRIBED: Readonly<Record<Exclude<VerdictState, 'passed' | 'unjudged'>, (count: number) => string>> = {
  refused: (count) => `${plural(count, 'metric')} cannot be judged.`,
  missing: (count) => `${plural(count, 'metric')} ${count === 1 ? 'is' : 'are'} missing.`,
  missed: (count) => `${plural(count, 'metric')} ${count === 1 ? 'is' : 'are'} beyond the threshold.`,
  regression: (count) => `${plural(count, 'metric')} became worse.`,
  undecided: (count) => `${plural(count, 'metric')} ${count === 1 ? 'is' : 'are'} undecided.`,
};
