import type { Figure } from '../figures/figure.js';
import type { Reading } from '../figures/reading.js';
import type { PastRun } from '../history/entry.js';
import { toSeries, type Series } from '../history/series.js';
import { compareRuns, type CompareLimits, type Comparison } from '../judge/compare.js';
import { conclude, type FailOn } from '../judge/conclusion.js';
import type { Threshold } from '../judge/threshold.js';
import { judgeRun, type Verdict } from '../judge/verdict.js';
import { plural } from '../kernel/plural.js';
import { combineFiles } from './combine.js';
import {
  compareWithHistory,
  describeMachine,
  extendSeries,
  type HistoryAnswer,
  type NewRun,
} from './compare-history.js';
import { applySuspicion } from './confirm.js';
import { describeUnused, findDirection, type Direction } from './direction.js';
import type { JudgedMetric, Judgement } from './judgement.js';
import type { Measured } from './measured.js';
import { figuresOf, groupSides } from './sides.js';
import { describeBase, describeOffsets, describeRecentChanges, describeShadowed } from './notes.js';

/** By what it is judged. */
export interface JudgeRules extends CompareLimits {
  readonly name: string;
  readonly thresholds: readonly Threshold[];
  readonly requireThresholds: boolean;
  readonly directions: readonly Direction[];
  /** Undefined: the default of the measurement. */
  readonly failOn?: ReadonlySet<FailOn>;
  /** Whether regressions are only suspected. */
  readonly areSuspected: boolean;
  /** What an earlier run suspected. Undefined: there was none. */
  readonly confirm?: readonly string[];
}

/** The runs that the results are compared with. */
export interface Past {
  /** Oldest first. */
  readonly runs: readonly PastRun[];
  /** Example: `38 runs of main`. */
  readonly described: string;
  /** Compares a series whose last run is the new one. Default: whether it is worse than its history. */
  readonly compare?: (series: Series, rules: { minimumChange: number; metrics: number }) => Comparison;
  /** The run whose metrics the results must have, too. Undefined: there is none. */
  readonly last?: PastRun | undefined;
  /** What readers of the verdict must know of the history itself: sentences. */
  readonly notes: readonly string[];
}

const ALWAYS: readonly FailOn[] = ['threshold', 'regression', 'missing', 'problem'];

/** Judges the results of one run. */
export function judgeResults(
  measured: Measured,
  { rules, run, past }: { readonly rules: JudgeRules; readonly run: NewRun; readonly past?: Past },
): Judgement {
  const reading = direct(combineFiles(measured.head), rules);
  const answers = past ? compareWithPast(reading.figures, { past, run, rules }) : new Map<string, PastAnswer>();
  const comparisons = findComparisons(measured, { reading, rules, past, answers });
  const verdicts = judgeRun({ ...reading, thresholds: rules.thresholds, comparisons });
  const confirmed = applySuspicion(verdicts, rules);
  const failOn = new Set(rules.failOn ?? [...ALWAYS, ...(measured.base ? (['undecided'] as const) : [])]);
  if (rules.areSuspected) failOn.delete('regression');
  // A comparison is evidence as well, unless thresholds are given that are about nothing.
  const isCompared = measured.base !== undefined || past !== undefined;
  const requireThresholds = rules.requireThresholds && (rules.thresholds.length > 0 || !isCompared);
  const problems = reading.problems.map((problem) => `${problem}.`);
  const comparedWith = describeComparison(measured, past);
  return {
    name: rules.name,
    conclusion: conclude(confirmed, { failOn, requireThresholds, problems }),
    metrics: collectMetrics(confirmed, { measured, reading, answers }),
    problems,
    notes: [
      ...describeUnused(rules.directions, reading.figures),
      ...describeShadowed(rules.thresholds, reading.figures),
      ...listNotes(measured, { past, answers, run, metrics: reading.figures.length }),
    ],
    ...(comparedWith !== undefined && { comparedWith }),
    machine: run.machine,
    commit: run.commit,
    at: run.at,
    ...(rules.areSuspected && { suspected: listRegressions(confirmed) }),
  };
}

/** The metrics that became worse. */
export function listRegressions(verdicts: readonly Verdict[]): readonly string[] {
  return verdicts.flatMap(({ name, isWorse }) => (isWorse ? [name] : []));
}

interface PastAnswer extends HistoryAnswer {
  readonly series: Series;
}

/** Whether lower or higher is better, where the results do not say. */
function direct(reading: Reading, { directions, thresholds }: JudgeRules): Reading {
  const figures = reading.figures.map((figure) => {
    const better = findDirection(figure, directions, thresholds);
    return better ? { ...figure, better } : figure;
  });
  return { ...reading, figures };
}

function compareWithPast(
  figures: readonly Figure[],
  { past, run, rules }: { readonly past: Past; readonly run: NewRun; readonly rules: JudgeRules },
): ReadonlyMap<string, PastAnswer> {
  const all = toSeries(past.runs);
  const limits = { minimumChange: rules.minimumChange, metrics: Math.max(1, figures.length) };
  return new Map(
    figures.map((figure) => {
      const series = extendSeries(all.get(figure.name), figure, run);
      const answer = compareWithHistory(series, limits);
      const comparison = past.compare?.(series, limits) ?? answer.comparison;
      return [figure.name, { ...answer, comparison, series }];
    }),
  );
}

interface Found {
  readonly reading: Reading;
  readonly rules: JudgeRules;
  readonly past: Past | undefined;
  readonly answers: ReadonlyMap<string, PastAnswer>;
}

/** Of two comparisons, the one on a single machine counts. */
function findComparisons({ base, head }: Measured, { rules, past, answers }: Found): ReadonlyMap<string, Comparison> {
  if (base) {
    const compared = compareRuns(base.map(figuresOf), head.map(figuresOf), rules);
    // A new metric has no base, and is judged by its threshold alone.
    const old = new Set(base.flatMap((file) => figuresOf(file).map(({ name }) => name)));
    return new Map([...compared].filter(([name]) => old.has(name)));
  }
  const found = new Map([...answers].map(([name, { comparison }]) => [name, comparison]));
  // A metric that disappears would otherwise be green for ever.
  for (const name of past?.last?.figures.keys() ?? []) {
    if (!found.has(name)) found.set(name, { outcome: 'undecided', reason: 'the results do not have it' });
  }
  return found;
}

function collectMetrics(
  verdicts: readonly Verdict[],
  { measured, reading, answers }: Pick<Found, 'reading' | 'answers'> & { readonly measured: Measured },
): readonly JudgedMetric[] {
  const figures = new Map(reading.figures.map((figure) => [figure.name, figure]));
  const sides = measured.base && groupSides(measured as Required<Measured>);
  return verdicts.map((verdict) => {
    const [figure, answer] = [figures.get(verdict.name), answers.get(verdict.name)];
    return {
      verdict,
      ...(figure?.better && { better: figure.better }),
      ...(answer && { series: answer.series }),
      changes: answer?.changes ?? [],
      ...(sides && figure && { sides: sides(verdict.name) }),
    };
  });
}

function describeComparison({ base, labels }: Measured, past: Past | undefined): string | undefined {
  if (base) return `${plural(base.length, 'file')} of ${labels[0]}`;
  return past?.described;
}

function listNotes(
  measured: Measured,
  { past, answers, run, metrics }: Pick<Found, 'past' | 'answers'> & { readonly run: NewRun; readonly metrics: number },
): readonly string[] {
  return [
    ...describeBase(measured, metrics),
    ...(past?.notes ?? []),
    ...(past ? describeMachine(run.machine, past.runs) : []),
    ...describeRecentChanges([...answers.values()]),
    ...describeOffsets([...answers.values()], run.machine),
  ];
}
