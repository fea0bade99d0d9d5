import { createAxis, type Axis } from './axis.js';
import { drawDot, drawLegend, drawLine, drawPicture, drawText, round, seriesTone, type Tone } from './svg.js';
import { median } from '../figures/statistics.js';

/** Samples by group: a dot for every sample, a line at the median, a dashed line at the bar. */
export interface Plot {
  readonly title: string;
  readonly xLabel: string;
  /** With the unit. */
  readonly yLabel: string;
  readonly groups: readonly PlotGroup[];
  /** All names, so that each has the same color in all plots. */
  readonly order?: readonly string[];
  readonly bars?: readonly { readonly value: number; readonly label: string }[];
}

export interface PlotGroup {
  readonly label: string;
  readonly series: readonly { readonly name: string; readonly samples: readonly number[] }[];
}

const [WIDTH, HEIGHT] = [760, 460];
const AREA = { left: 76, right: 20, top: 92, bottom: 62 };
const [INNER_WIDTH, INNER_HEIGHT] = [WIDTH - AREA.left - AREA.right, HEIGHT - AREA.top - AREA.bottom];
const MOST_DIGITS = 3;

export function renderPlot(plot: Plot): string {
  const { groups, bars = [], order = [] } = plot;
  const values = [
    ...groups.flatMap(({ series }) => series.flatMap(({ samples }) => samples)),
    ...bars.map(({ value }) => value),
  ];
  const axis = createAxis(values);
  const shown = new Set(groups.flatMap(({ series }) => series.map(({ name }) => name)));
  const names = [...new Set([...order, ...shown])];
  const parts = [
    drawText(plot.title, { x: AREA.left, y: 26, size: 17, bold: true }),
    ...drawLegend(
      names.flatMap((name, index) => (shown.has(name) ? { name, tone: seriesTone(index) } : [])),
      [AREA.left, 46],
      WIDTH,
    ),
    ...renderGrid(axis),
    ...bars.map((bar) => renderBar(bar, axis)),
    ...groups.flatMap((group, place) => renderGroup(group, { place, of: groups.length, axis, names })),
    drawText(plot.xLabel, { x: AREA.left + INNER_WIDTH / 2, y: HEIGHT - 14, anchor: 'middle' }),
    drawText(plot.yLabel, { x: 20, y: AREA.top + INNER_HEIGHT / 2, anchor: 'middle', turned: true }),
  ];
  return drawPicture({ width: WIDTH, height: HEIGHT, title: plot.title }, parts);
}

function renderGrid(axis: Axis): string[] {
  return axis.ticks.flatMap((tick) => {
    const y = yOf(axis, tick);
    return [
      drawLine({ from: [AREA.left, y], to: [WIDTH - AREA.right, y], tone: tick === axis.ticks[0] ? 'muted' : 'grid' }),
      drawText(renderNumber(tick), { x: AREA.left - 8, y: y + 4, anchor: 'end' }),
    ];
  });
}

function renderBar({ value, label }: { value: number; label: string }, axis: Axis): string {
  const y = yOf(axis, value);
  const dashes = drawLine({ from: [AREA.left, y], to: [WIDTH - AREA.right, y], tone: 'limit', dashed: true });
  return `${dashes}\n${drawText(label, { x: WIDTH - AREA.right - 4, y: y - 5, anchor: 'end', tone: 'limit' })}`;
}

interface Where {
  readonly place: number;
  readonly of: number;
  readonly axis: Axis;
  readonly names: readonly string[];
}

function renderGroup({ label, series }: PlotGroup, { place, of, axis, names }: Where): string[] {
  const width = INNER_WIDTH / of;
  const left = AREA.left + place * width;
  const lane = Math.min(width / (series.length + 1), 110);
  const caption = drawText(label, { x: left + width / 2, y: HEIGHT - AREA.bottom + 20, anchor: 'middle' });
  return [
    caption,
    ...series.flatMap(({ name, samples }, index) => {
      const x = left + width / 2 + (index - (series.length - 1) / 2) * lane;
      return renderSamples(samples, { x, lane, axis, tone: seriesTone(names.indexOf(name)) });
    }),
  ];
}

function renderSamples(
  samples: readonly number[],
  { x, lane, axis, tone }: { x: number; lane: number; axis: Axis; tone: Tone },
): string[] {
  const half = Math.min(lane * 0.3, 24);
  // Side by side in the order of measuring, so that equal samples do not hide each other.
  const spread = (index: number): number =>
    samples.length < 2 ? 0 : (index / (samples.length - 1) - 0.5) * 1.4 * half;
  const dots = samples.map((value, index) =>
    drawDot({ x: x + spread(index), y: yOf(axis, value), tone, opacity: 0.55 }),
  );
  const middle = median(samples);
  const y = yOf(axis, middle);
  return [
    ...dots,
    drawLine({ from: [x - half, y], to: [x + half, y], tone, width: 2.5 }),
    drawText(renderNumber(middle), { x, y: y - 9, anchor: 'middle', tone, bold: true }),
  ];
}

function yOf(axis: Axis, value: number): number {
  return round(AREA.top + (1 - axis.place(value)) * INNER_HEIGHT);
}

function renderNumber(value: number): string {
  return value >= 1000 ? value.toFixed(0) : String(Number(value.toPrecision(MOST_DIGITS)));
}
