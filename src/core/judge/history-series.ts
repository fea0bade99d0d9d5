import { median } from '../figures/statistics.js';
import { robustDeviation } from './sample-statistics.js';

/** A run in a metric's history. */
export interface HistoryRun {
  /** Finite. */
  readonly value: number;
  /** Example: `c7g.4xlarge`. Undefined: not recorded, which counts as a machine type of its own. */
  readonly machine?: string;
}

/** A history in a form in which its runs can be compared. */
export interface HistorySeries {
  /** The indexes of the runs that can be compared, ascending. */
  readonly runs: readonly number[];
  /** One per entry of {@link runs}: the value, in the scale below, without the effect of its machine type. */
  readonly values: Float64Array;
  /** `log`: differences are relative changes. `linear`: a value is 0 or negative, so differences have the unit. */
  readonly scale: 'log' | 'linear';
  /** By what the values are divided: 1, or in the linear scale the largest, so that no sum overflows. */
  readonly divisor: number;
  /** The machine types beside the newest run's, with their offset in the scale: what they measure more. */
  readonly offsets: ReadonlyMap<string, number>;
  /** Machine types whose runs are left out, because they never alternate with the newest run's. */
  readonly leftOut: readonly string[];
}

/** How often two machine types must alternate before their difference can be told from a change in between. */
const FEWEST_ALTERNATIONS = 4;
/** How many runs on each side of a run tell the level there. */
const REACH = 5;

/** @param runs oldest first, at least one */
export function readSeries(runs: readonly HistoryRun[]): HistorySeries {
  const scale = runs.every(({ value }) => value > 0) ? 'log' : 'linear';
  const largest = runs.reduce((most, { value }) => Math.max(most, Math.abs(value)), 0);
  const divisor = scale === 'log' || largest === 0 ? 1 : largest;
  const values = Float64Array.from(runs, ({ value }) => (scale === 'log' ? Math.log(value) : value / divisor));
  const machines = runs.map(({ machine = '' }) => machine);
  const offsets = new Map<string, number>();
  const leftOut: string[] = [];
  const own = machines.at(-1)!;
  for (const machine of new Set(machines)) {
    if (machine === own) continue;
    const offset = compareMachines(values, machines, [own, machine]);
    if (offset === undefined) leftOut.push(machine);
    else offsets.set(machine, offset);
  }
  const kept = [...runs.keys()].filter((index) => !leftOut.includes(machines[index]!));
  return {
    runs: kept,
    values: Float64Array.from(kept, (index) => values[index]! - (offsets.get(machines[index]!) ?? 0)),
    scale,
    divisor,
    offsets,
    leftOut,
  };
}

/** A value of a series in the unit of the metric, as the newest run's machine type measures it. */
export function toUnit({ scale, divisor }: HistorySeries, value: number): number {
  return scale === 'log' ? Math.exp(value) : value * divisor;
}

/**
 * How much more one machine type measures than another: the median over its runs of the difference to the runs of the
 * other around them, so that changes of the metric itself cancel out. `undefined`: too few alternations.
 */
function compareMachines(
  values: Float64Array,
  machines: readonly string[],
  [own, other]: readonly [string, string],
): number | undefined {
  const both = [...machines.keys()].filter((index) => machines[index] === own || machines[index] === other);
  const alternations = both.filter((index, place) => place > 0 && machines[index] !== machines[both[place - 1]!]);
  if (alternations.length < FEWEST_ALTERNATIONS) return undefined;
  const differences = both.flatMap((index, place) => {
    if (machines[index] !== other) return [];
    const around = both.slice(Math.max(0, place - REACH), place + REACH + 1).filter((one) => machines[one] === own);
    return around.length === 0 ? [] : [values[index]! - median(around.map((one) => values[one]!))];
  });
  return differences.length === 0 ? undefined : median(differences);
}

/** The number of runs around a run whose median is the level there. Odd. */
const WINDOW = 7;
/** The distance from the level there, in standard deviations, to which outliers are moved. */
const FURTHEST = 4;

/** A copy whose outliers are moved towards the median of the runs around them. A step moves that median and remains. */
export function moveOutliers(values: Float64Array): Float64Array {
  const half = WINDOW >> 1;
  const levels = values.map((_, index) => median(values.subarray(Math.max(0, index - half), index + half + 1)));
  const deviation = robustDeviation(
    values.map((value, index) => value - levels[index]!),
    0,
  );
  // Of a history in which more than half of the runs are equal, nothing says what an outlier is.
  if (deviation === 0) return values.slice();
  return values.map((value, index) => {
    const distance = value - levels[index]!;
    return levels[index]! + Math.sign(distance) * Math.min(Math.abs(distance), FURTHEST * deviation);
  });
}
