import type { Figure } from '../figures/figure.js';
import type { MeasuringMachine } from '../figures/machine.js';
import { factorBetween } from '../figures/units.js';
import type { PastRun } from '../history/entry.js';
import type { Point, Series } from '../history/series.js';
import { findChangePoints, type ChangePoint } from '../judge/change-points.js';
import { summarize, type Comparison } from '../judge/compare.js';
import { readSeries, type HistoryRun } from '../judge/history-series.js';
import type { NewestAnswer } from '../judge/newest.js';
import { plural } from '../kernel/plural.js';
import { judgeBesideHistory } from '../judge/recent-level.js';

/** The run that is judged, beside those of the history. */
export interface NewRun {
  readonly id: string;
  /** Epoch ms. */
  readonly at: number;
  readonly commit: string;
  readonly machine: MeasuringMachine;
}

export interface HistoryRules {
  readonly minimumChange: number;
  /** How many metrics are judged at once. */
  readonly metrics: number;
}

/** A metric beside its history. */
export interface HistoryAnswer {
  readonly comparison: Comparison;
  readonly changes: readonly ChangePoint[];
  /** Machine types whose runs could not be compared with this run's. */
  readonly leftOut: readonly string[];
  /** Machine types whose runs count, without what these machines measure more. */
  readonly adjusted: readonly string[];
}

/** A figure's series with the new run at its end. @param past undefined: the history does not have the figure */
export function extendSeries(past: Series | undefined, figure: Figure, run: NewRun): Series {
  const { name, unit, better } = figure;
  // The figure's unit counts: thresholds and the table have it.
  const factor = past ? factorBetween(past.unit, unit) : 1;
  const points = factor === undefined ? [] : (past?.points ?? []).map((one) => ({ ...one, value: one.value * factor }));
  return {
    name,
    ...(unit !== undefined && { unit }),
    ...(better && { better }),
    points: [...points, { ...run, value: summarize(figure) }],
    foreign: (past?.foreign ?? 0) + (factor === undefined ? past!.points.length : 0),
  };
}

/** @param series with the new run at its end */
export function compareWithHistory({ points, foreign, unit }: Series, rules: HistoryRules): HistoryAnswer {
  if (points.length === 1 && foreign > 0) {
    const reason = `${plural(foreign, 'earlier run')} of it ${foreign === 1 ? 'is' : 'are'} not in ${unit ?? 'no unit'}`;
    return { comparison: { outcome: 'undecided', reason }, changes: [], leftOut: [], adjusted: [] };
  }
  const runs = points.map(toHistoryRun);
  const { leftOut, offsets } = readSeries(runs);
  return {
    comparison: toComparison(judgeBesideHistory(runs, { ...rules, newest: 1 })),
    changes: findChangePoints(runs, rules),
    leftOut: leftOut.map(nameMachine),
    adjusted: [...offsets.keys()].map(nameMachine),
  };
}

export function toHistoryRun({ value, machine }: Point): HistoryRun {
  return { value, ...(machine.type !== undefined && { machine: machine.type }) };
}

/** Also of {@link judgeBesideHistory}'s relatives: what the verdict on a metric needs of an answer. */
export function toComparison(answer: NewestAnswer): Comparison {
  if (answer.outcome === 'undecided') return { outcome: 'undecided', reason: answer.reason };
  const { outcome, before, after, relative, interval } = answer;
  return { outcome, before, after, ...(relative !== undefined && { relative }), ...(interval && { interval }) };
}

function nameMachine(type: string): string {
  return type || 'an unknown machine type';
}

/** What is different about the machine since the last run on one of its type: sentences. */
export function describeMachine(machine: MeasuringMachine, past: readonly PastRun[]): readonly string[] {
  const last = past.findLast((run) => run.machine.type === machine.type)?.machine;
  if (!last) return [];
  return (['image', 'kernel'] as const).flatMap((fact) => {
    const [before, now] = [last[fact], machine[fact]];
    if (before === undefined || now === undefined || before === now) return [];
    return [`The ${fact} of the machine is another one than in the last run: ${now}, before ${before}.`];
  });
}
