import { factorBetween } from '../figures/units.js';
import type { MeasuringMachine } from '../figures/machine.js';
import type { PastRun } from './entry.js';

/** A figure in one run. */
export interface Point {
  readonly id: string;
  /** Epoch ms. */
  readonly at: number;
  readonly commit: string;
  readonly machine: MeasuringMachine;
  readonly value: number;
}

/** A figure over the runs. */
export interface Series {
  readonly name: string;
  /** Of the newest run that has the figure. */
  readonly unit?: string;
  readonly better?: 'lower' | 'higher';
  /** Oldest first. Values in the unit of the series. */
  readonly points: readonly Point[];
  /** How many runs had a unit that does not convert, such as `bytes` before `ms`. They are left out. */
  readonly foreign: number;
}

/** The figures of the runs, each as a series. @param runs oldest first */
export function toSeries(runs: readonly PastRun[]): ReadonlyMap<string, Series> {
  const open = new Map<string, { unit?: string; better?: 'lower' | 'higher'; points: Point[]; foreign: number }>();
  for (const { figures, id, at, commit, machine } of runs.toReversed()) {
    for (const [name, { value, unit, better }] of figures) {
      const known = open.get(name) ?? {
        ...(unit !== undefined && { unit }),
        ...(better && { better }),
        points: [],
        foreign: 0,
      };
      open.set(name, known);
      const factor = factorBetween(unit, known.unit);
      if (factor === undefined) known.foreign += 1;
      else known.points.push({ id, at, commit, machine, value: value * factor });
    }
  }
  return new Map(
    [...open].map(([name, { points, ...series }]) => [name, { name, ...series, points: points.toReversed() }]),
  );
}
