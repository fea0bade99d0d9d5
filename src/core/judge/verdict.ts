import type { Figure, UnusableFigure } from '../figures/figure.js';
import { summarize, type Comparison } from './compare.js';
import { describeChange, describeThreshold, formatValue } from './describe-verdict.js';
import { findThreshold, findThresholds, type Threshold } from './threshold.js';

/** `missed`: beyond its threshold. `unjudged`: neither a threshold nor a comparison is about the metric. */
export type VerdictState = 'passed' | 'missed' | 'regression' | 'missing' | 'refused' | 'undecided' | 'unjudged';

/** Whether one metric, or what a threshold expects, is good enough. */
export interface Verdict {
  /** The metric; of a threshold for which there is no metric: its key. */
  readonly name: string;
  readonly state: VerdictState;
  /** Sentences, the one that decides first. */
  readonly reasons: readonly string[];
  readonly unit?: string;
  /** The median of the samples, which the threshold judges. */
  readonly value?: number;
  /** As the users wrote it. */
  readonly threshold?: string;
  readonly comparison?: Comparison;
  /** The comparison says so, also if the state is that of a threshold. */
  readonly isWorse?: boolean;
}
export interface JudgedRun {
  /** With unique names. */
  readonly figures: readonly Figure[];
  readonly unusable: readonly UnusableFigure[];
  readonly thresholds: readonly Threshold[];
  /** By the metric's name: with the base, or the newest run with its history. */
  readonly comparisons: ReadonlyMap<string, Comparison>;
}

/** Judges every metric, and every threshold that should have had one. Worst first, in one state by name. */
export function judgeRun(run: JudgedRun): readonly Verdict[] {
  const verdicts = [
    ...run.figures.map((figure) => judgeFigure(figure, run)),
    ...run.unusable.map((figure) => refuse(figure, run.thresholds)),
    ...listMissing(run),
  ];
  return verdicts.sort(
    (one, other) => STATES.indexOf(one.state) - STATES.indexOf(other.state) || (one.name < other.name ? -1 : 1),
  );
}

/** The worst first. */
export const STATES: readonly VerdictState[] = [
  'refused',
  'missing',
  'missed',
  'regression',
  'undecided',
  'passed',
  'unjudged',
];

interface Finding {
  readonly state: VerdictState;
  readonly reason: string;
  /** The threshold that it is about, as the users wrote it. */
  readonly threshold?: string;
}

function judgeFigure(figure: Figure, { thresholds, comparisons }: JudgedRun): Verdict {
  const comparison = comparisons.get(figure.name);
  const value = summarize(figure);
  const findings: readonly Finding[] = [
    ...findThresholds(thresholds, figure).map((threshold) => checkThreshold(threshold, value, figure)),
    ...(comparison ? [judgeComparison(comparison, figure)] : []),
  ].sort((one, other) => STATES.indexOf(one.state) - STATES.indexOf(other.state));
  const threshold = findings.find((finding) => finding.threshold !== undefined)?.threshold;
  return {
    name: figure.name,
    state: findings[0]?.state ?? 'unjudged',
    reasons:
      findings.length > 0 ? findings.map(({ reason }) => reason) : ['No threshold and no comparison is about it.'],
    ...(figure.unit !== undefined && { unit: figure.unit }),
    value,
    ...(threshold !== undefined && { threshold }),
    ...(comparison && { comparison }),
    ...(findings.some(({ state }) => state === 'regression') && { isWorse: true }),
  };
}

function checkThreshold(threshold: Threshold, value: number, { unit }: Figure): Finding {
  const answer = threshold.check(value);
  const shown = `${formatValue(value, unit)} ${describeThreshold(threshold)}`;
  const { text } = threshold;
  if ('refused' in answer) {
    return {
      state: 'refused',
      reason: `The threshold gives no answer for ${shown}: ${answer.refused}.`,
      threshold: text,
    };
  }
  return answer.passed
    ? { state: 'passed', reason: `It passes with ${shown}.`, threshold: text }
    : { state: 'missed', reason: `It does not pass with ${shown}.`, threshold: text };
}

function judgeComparison(comparison: Comparison, { unit, better }: Figure): Finding {
  const { outcome, before = 0, after = 0, reason = '' } = comparison;
  if (outcome === 'undecided') return { state: 'undecided', reason: `The comparison is undecided: ${reason}.` };
  const change = describeChange(comparison, unit);
  if (outcome === 'no-change') return { state: 'passed', reason: `No change is shown: ${change}.` };
  if (better === undefined) {
    return { state: 'undecided', reason: `It changed, and nothing says whether lower or higher is better: ${change}.` };
  }
  const isWorse = after > before === (better === 'lower');
  return isWorse
    ? { state: 'regression', reason: `It is worse: ${change}.` }
    : { state: 'passed', reason: `It is better: ${change}.` };
}

function refuse(figure: UnusableFigure, thresholds: readonly Threshold[]): Verdict {
  const threshold = findThreshold(thresholds, figure);
  return {
    name: figure.name,
    state: 'refused',
    reasons: [`Its value is ${figure.given}; allowed: finite numbers.`],
    ...(threshold && { threshold: threshold.text }),
  };
}

/** Thresholds without a metric, and metrics that only the base has. */
function listMissing({ figures, unusable, thresholds, comparisons }: JudgedRun): readonly Verdict[] {
  const all = [...figures, ...unusable];
  const names = new Set(all.map(({ name }) => name));
  const unmet = thresholds.filter(({ isFor }) => !all.some(isFor));
  const expected = new Set(unmet.map(({ key }) => key));
  return [
    ...unmet.map(describeUnmet),
    ...[...comparisons]
      .filter(([name]) => !names.has(name) && !expected.has(name))
      .map(([name, comparison]): Verdict => ({
        name,
        state: 'missing',
        reasons: ['What it is compared with has it, but the results do not.'],
        comparison,
      })),
  ];
}

function describeUnmet({ key, text, module, noPattern }: Threshold): Verdict {
  const why = noPattern === undefined ? 'or pattern' : `and it cannot be read as a pattern: ${noPattern}`;
  const whose = module === undefined ? 'of the results' : `of the module ${module}`;
  const reason = `No metric ${whose} has this name${noPattern === undefined ? ' ' : ', '}${why}.`;
  // Two modules may have thresholds of one key.
  return {
    name: module === undefined ? key : `${module}.${key}`,
    state: 'missing',
    reasons: [reason],
    threshold: text,
  };
}
