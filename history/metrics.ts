import type { PastRun } from '../src/core/history/entry.js';
import { toSeries, type Series } from '../src/core/history/series.js';
import { findChangePoints } from '../src/core/judge/change-points.js';
import { groupRuns } from './group.js';

/** The newest values of a line. */
const SHOWN = 16;
/** Of judge-results. */
const MINIMUM_CHANGE = 0.02;

/** A metric of a history, as JSON has it. */
export interface ShownMetric {
  readonly name: string;
  readonly branch: string;
  readonly metric: string;
  readonly unit?: string;
  readonly better?: 'lower' | 'higher';
  readonly runs: number;
  readonly last: number;
  /** In ISO 8601. */
  readonly lastAt: string;
  /** Oldest first. */
  readonly newest: readonly number[];
  readonly changes: readonly {
    readonly at: string;
    readonly commit: string;
    readonly before: number;
    readonly after: number;
    /** null from 0. */
    readonly relative: number | null;
  }[];
}

/** The metrics of each name and branch. @param runs oldest first */
export function listMetrics(runs: readonly PastRun[]): readonly ShownMetric[] {
  return groupRuns(runs).flatMap((group) => {
    const { name = '', branch } = group[0]!;
    const all = [...toSeries(group).values()].filter(({ points }) => points.length > 0);
    return all.map((series) => ({ name, branch, ...describe(series, all.length) }));
  });
}

function describe(series: Series, metrics: number): Omit<ShownMetric, 'name' | 'branch'> {
  const { name: metric, unit, better, points } = series;
  const runs = points.map(({ value, machine: { type } }) => ({ value, ...(type !== undefined && { machine: type }) }));
  const last = points.at(-1)!;
  return {
    metric,
    ...(unit !== undefined && { unit }),
    ...(better && { better }),
    runs: points.length,
    last: last.value,
    lastAt: new Date(last.at).toISOString(),
    newest: points.slice(-SHOWN).map(({ value }) => value),
    changes: findChangePoints(runs, { minimumChange: MINIMUM_CHANGE, metrics }).map((change) => {
      const { at, commit } = points[change.run]!;
      const { before, after, relative = null } = change;
      return { at: new Date(at).toISOString(), commit, before, after, relative };
    }),
  };
}
