import { extentOf, median } from '../figures/statistics.js';
import { plural } from '../kernel/plural.js';
import { createTightAxis } from './axis.js';
import { drawFrame, FLOOR, FRAME, RIGHT, yOf, type Ground } from './frame.js';
import { createScale, writeChange, writeQuantity } from '../figures/quantity.js';
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
/** About as wide as `+10.0 %`. */
const WORDS_WIDTH = 60;

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
  const alt = describeHistory(plot);
  return drawFrame({ title: plot.name, alt }, ground, [
    ...(isNamed ? drawLegend(names, [FRAME.left, 46], FRAME.width) : []),
    ...(plot.thresholds ?? []).map((one) => drawThreshold(one, values, ground)),
    ...drawDates(points),
    ...points.map((point, index) =>
      drawRun(point, { index, of: points.length, unit: plot.unit, tone: toneOf(point), ground }),
    ),
    ...drawLevels(values, changes, { better: plot.better, ground }),
  ]);
}

/** What the plot shows, in words. */
function describeHistory({ name, unit, points }: HistoryPlot): string {
  const [least, most] = extentOf(points.map(({ value }) => value)).map((value) => writeQuantity(value, unit));
  const now = writeQuantity(points.at(-1)!.value, unit);
  return `${name}: ${plural(points.length, 'run')} from ${least} to ${most}, the newest ${now}`;
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

/** At the left, because the newest run is at the right. */
function drawThreshold({ value, label }: PlottedThreshold, values: readonly number[], ground: Ground): string {
  if (!isNear(value, values)) {
    const isAbove = value > extentOf(values)[1];
    const y = isAbove ? FRAME.top + 14 : FLOOR - 8;
    return drawText(`${label} ${isAbove ? '↑' : '↓'}`, { x: FRAME.left + 6, y, tone: 'limit' });
  }
  const y = yOf(ground, value);
  const dashes = drawLine({ from: [FRAME.left, y], to: [RIGHT, y], tone: 'limit', dashed: true });
  return `${dashes}\n${drawText(label, { x: FRAME.left + 6, y: y - 5, tone: 'limit' })}`;
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
  const levels = bounds.slice(1).flatMap((end, index) => {
    const from = bounds[index]!;
    // One run is no level.
    if (end - from < 2) return [];
    const y = yOf(ground, median(values.slice(from, end)));
    const [left, right] = [xOf(from, values.length) - 4, xOf(end - 1, values.length) + 4];
    return [drawLine({ from: [left, y], to: [right, y], tone: 'ink', width: 2 })];
  });
  let last = -Infinity;
  let isHigh = false;
  const marks = changes.flatMap((change) => {
    const x = (xOf(change.run - 1, values.length) + xOf(change.run, values.length)) / 2;
    // Words that stand close to each other alternate between two lines.
    isHigh = x - last < WORDS_WIDTH && !isHigh;
    last = x;
    return drawChange(change, { x, y: FRAME.top - (isHigh ? 22 : 6), better });
  });
  return [...levels, ...marks];
}

function drawChange(
  { relative }: PlottedChange,
  { x, y, better }: { readonly x: number; readonly y: number; readonly better: 'lower' | 'higher' | undefined },
): string[] {
  const isWorse = better === 'lower' ? (relative ?? 0) > 0 : (relative ?? 0) < 0;
  const tone = better === undefined || relative === undefined ? 'ink' : isWorse ? 'bad' : 'good';
  const words = relative === undefined ? 'changed' : writeChange(relative);
  return [
    drawLine({ from: [x, FRAME.top], to: [x, FLOOR], tone, dashed: true }),
    drawText(words, { x: Math.min(x, RIGHT - 24), y, anchor: 'middle', tone, bold: true }),
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
