import type { Figure } from '../figures/figure.js';
import type { MeasuringMachine } from '../figures/machine.js';
import { median } from '../figures/statistics.js';

/** The version of the lines that this program writes. A line of a later version is kept, and not read. */
export const SCHEMA = 1;

/** What a figure was in one run. */
export interface PastFigure extends Pick<Figure, 'unit' | 'better'> {
  /** The median of the samples. */
  readonly value: number;
  /** How many samples there were. */
  readonly count: number;
}

/** One run, which is one line of the history. */
export interface PastRun {
  /** Unique. Two lines of one id are parts of one run, such as two steps that judge. */
  readonly id: string;
  /** When it was measured, in epoch ms. */
  readonly at: number;
  readonly commit: string;
  readonly branch: string;
  /** What was measured, so that several benchmarks can share a history. Absent: lines of before there were names. */
  readonly name?: string;
  /** The version tag that the run was for. */
  readonly tag?: string;
  readonly machine: MeasuringMachine;
  readonly figures: ReadonlyMap<string, PastFigure>;
}

/** What a run without a name is a run of: the default of judge-results. */
export const UNNAMED = 'benchmark';

export function nameOf({ name = UNNAMED }: Pick<PastRun, 'name'>): string {
  return name;
}

/** What the history keeps of figures. */
export function toPast(figures: readonly Figure[]): ReadonlyMap<string, PastFigure> {
  return new Map(
    figures.map(({ name, samples, unit, better }) => [
      name,
      { ...(unit !== undefined && { unit }), ...(better && { better }), value: median(samples), count: samples.length },
    ]),
  );
}

/** The line of a run, with its end. */
export function renderRun({ at, figures, ...run }: PastRun): string {
  const { id, commit, branch, name, tag, machine } = run;
  const line = { schema: SCHEMA, id, at: new Date(at).toISOString(), commit, branch, name, tag, machine };
  return `${JSON.stringify({ ...line, figures: Object.fromEntries(figures) })}\n`;
}
