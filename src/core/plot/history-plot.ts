import { extentOf, median } from '../figures/statistics.js';
import { createTightAxis } from './axis.js';
import { drawFrame, FLOOR, FRAME, RIGHT, yOf, type Ground } from './frame.js';
import { createScale, writeChange, writeQuantity } from './quantity.js';
import { drawDot, drawLegend, drawLine, drawText, seriesTone, type Tone } from './svg.js';

/** A figure over its runs. */
export interface HistoryPlot {
  readonly name: string;
  readonly unit?: string;
  readonly better?: 'lower' | 'higher';
  /** Oldest first, at least one. The last one is the run that is judged. */
  readonly points: readonly PlottedRun[];
  /** Where the level of the figure changed, in ascending order. */
  readonly changes?: readonly PlottedChange[];
  readonly thresholds?: readonly PlottedThreshold[];
}

export interface PlottedThreshold {
  readonly value: number;
  readonly label: string;
}

export interface PlottedChange {
  /** The index of the first run at the new level. */
  readonly run: number;
  /** Example: 0.05 for 5 % more. Undefined if the level before is 0. */
  readonly relative?: number;
}

export interface PlottedRun {
  readonly value: number;
  /** Epoch ms. */
  readonly at: number;
  /** Such as the commit. */
  readonly label: string;
  /** The type of the machine that measured. */
  readonly machine?: string;
}

/** More runs than pixels show nothing more. The newest are drawn. */
const MOST_RUNS = 600;
/** A threshold further away than this many times the range of the values is named at the edge. */
const NEAR = 1.5;
const DATES = 4;

/** The history of a figure: each run as a dot in the color of its machine type, the level between changes, thresholds. */
export function drawHistory(plot: HistoryPlot): string {
  const left = Math.max(0, plot.points.length - MOST_RUNS);
  const points = plot.points.slice(left);
  const changes = (plot.changes ?? [])
    .map((change) => ({ ...change, run: change.run - left }))
    .filter(({ run }) => run > 0 && run < points.length);
  const values = points.map(({ value }) => value);
  const near = (plot.thresholds ?? []).filter(({ value }) => isNear(value, values));
  const shown = [...values, ...near.map(({ value }) => value)];
  const ground = { axis: createTightAxis(shown), scale: createScale(shown, plot.unit) };
  const machines = [...new Set(points.map(({ machine }) => machine ?? ''))];
  const toneOf = ({ machine = '' }: PlottedRun): Tone => seriesTone(machines.indexOf(machine));
  const isNamed = machines.some((machine) => machine !== '');
  const names = machines.map((machine, index) => ({ name: machine || 'unknown machine', tone: seriesTone(index) }));
  return drawFrame(plot.name, ground, [
    ...(isNamed ? drawLegend(names, [FRAME.left, 46], FRAME.width) : []),
    ...(plot.thresholds ?? []).map((one) => drawThreshold(one, values, ground)),
    ...drawDates(points),
    ...points.map((point, index) =>
      drawRun(point, { index, of: points.length, unit: plot.unit, tone: toneOf(point), ground }),
    ),
    ...drawLevels(values, changes, { better: plot.better, ground }),
  ]);
}

/** Whether a threshold is so near to the values that both fit into one plot. */
export function isNear(value: number, values: readonly number[]): boolean {
  const [least, most] = extentOf(values);
  const range = most - least || Math.abs(most) || 1;
  return value >= least - NEAR * range && value <= most + NEAR * range;
}

function xOf(index: number, of: number): number {
  const inner = RIGHT - FRAME.left - 24;
  return FRAME.left + 12 + (of === 1 ? inner / 2 : (index / (of - 1)) * inner);
}

function drawThreshold({ value, label }: PlottedThreshold, values: readonly number[], ground: Ground): string {
  if (!isNear(value, values)) {
    const isAbove = value > extentOf(values)[1];
    const y = isAbove ? FRAME.top - 6 : FLOOR - 6;
    return drawText(`${label} ${isAbove ? '↑' : '↓'}`, { x: RIGHT, y, anchor: 'end', tone: 'limit' });
  }
  const y = yOf(ground, value);
  const dashes = drawLine({ from: [FRAME.left, y], to: [RIGHT, y], tone: 'limit', dashed: true });
  return `${dashes}\n${drawText(label, { x: RIGHT - 4, y: y - 5, anchor: 'end', tone: 'limit' })}`;
}

function drawRun(
  { value, at, label }: PlottedRun,
  where: { index: number; of: number; unit: string | undefined; tone: Tone; ground: Ground },
): string {
  const { index, of, unit, tone, ground } = where;
  const isNewest = index === of - 1;
  const dot = { x: xOf(index, of), y: yOf(ground, value), tone };
  const hint = `${label}, ${dateOf(at)}: ${writeQuantity(value, unit)}`;
  return drawDot({ ...dot, hint, radius: isNewest ? 5 : 3, opacity: isNewest ? 1 : 0.55 });
}

/** A line at the median between two changes, and each change with its size. */
function drawLevels(
  values: readonly number[],
  changes: readonly PlottedChange[],
  { better, ground }: { readonly better: 'lower' | 'higher' | undefined; readonly ground: Ground },
): string[] {
  const bounds = [0, ...changes.map(({ run }) => run), values.length];
  const levels = bounds.slice(1).map((end, index) => {
    const from = bounds[index]!;
    const y = yOf(ground, median(values.slice(from, end)));
    const [left, right] = [xOf(from, values.length) - 4, xOf(end - 1, values.length) + 4];
    return drawLine({ from: [left, y], to: [right, y], tone: 'ink', width: 2 });
  });
  return [...levels, ...changes.flatMap((change) => drawChange(change, values.length, better))];
}

function drawChange({ run, relative }: PlottedChange, of: number, better: 'lower' | 'higher' | undefined): string[] {
  const x = (xOf(run - 1, of) + xOf(run, of)) / 2;
  const isWorse = better === 'lower' ? (relative ?? 0) > 0 : (relative ?? 0) < 0;
  const tone = better === undefined || relative === undefined ? 'ink' : isWorse ? 'bad' : 'good';
  const words = relative === undefined ? 'changed' : writeChange(relative);
  return [
    drawLine({ from: [x, FRAME.top], to: [x, FLOOR], tone, dashed: true }),
    drawText(words, { x: Math.min(x, RIGHT - 40), y: FRAME.top + 12, anchor: 'middle', tone, bold: true }),
  ];
}

function drawDates(points: readonly PlottedRun[]): string[] {
  const places = Array.from({ length: DATES }, (_, part) => Math.round((part / (DATES - 1)) * (points.length - 1)));
  return [...new Set(places)].map((index) =>
    drawText(dateOf(points[index]!.at), {
      x: xOf(index, points.length),
      y: FLOOR + 22,
      anchor: points.length === 1 ? 'middle' : index === 0 ? 'start' : index === points.length - 1 ? 'end' : 'middle',
      tone: 'muted',
    }),
  );
}

function dateOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
