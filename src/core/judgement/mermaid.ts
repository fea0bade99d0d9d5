import { createTightAxis } from '../plot/axis.js';
import { isNear } from '../plot/history-plot.js';
import { readableUnit } from '../figures/units.js';
import { shorten } from '../kernel/markdown.js';
import { quote } from '../kernel/quoting.js';
import type { JudgedMetric } from './judgement.js';
import { listLimits } from './limits.js';

/** More runs are no more readable in a chart of this width. The newest are drawn. */
const MOST_RUNS = 80;
const LONGEST_UNIT = 40;
/** Readable on a light and on a dark background: GitHub draws with the reader's theme. */
export const CHART_COLORS = { runs: '#2f81c7', limit: '#e0475b' } as const;

/**
 * The newest runs of a metric and its thresholds as a chart of Mermaid, which GitHub draws in summaries and comments. Lines
 * of Markdown; none without a history.
 */
export function chartOfRuns(metric: JudgedMetric): readonly string[] {
  const { series } = metric;
  if (!series || series.points.length < 2) return [];
  const values = series.points.slice(-MOST_RUNS).map(({ value }) => value);
  const limits = listLimits(metric.verdict).filter(({ value }) => isNear(value, values));
  const all = [...values, ...limits.map(({ value }) => value)];
  const scale = createPlainScale(all, series.unit);
  const { ticks } = createTightAxis(all.map(scale.convert));
  const line = (points: readonly number[]): string => `  line [${points.map(writePlain).join(', ')}]`;
  return [
    '```mermaid',
    '---',
    'config:',
    '  xyChart: {width: 720, height: 280}',
    `  themeVariables: {xyChart: {plotColorPalette: "${[CHART_COLORS.runs, ...limits.map(() => CHART_COLORS.limit)].join(', ')}"}}`,
    '---',
    'xychart-beta',
    `  x-axis "runs, the newest last" 1 --> ${values.length}`,
    `  y-axis${toAxisTitle(scale.unit)} ${writePlain(ticks[0]!)} --> ${writePlain(ticks.at(-1)!)}`,
    line(values.map(scale.convert)),
    ...limits.map(({ value }) => line(values.map(() => scale.convert(value)))),
    '```',
    '',
    ...(limits.length > 0 ? [`Red: ${limits.map(({ label }) => quote(label)).join(' and ')}.`, ''] : []),
  ];
}

/** The largest value of a chart is between 1 and 1,000: Mermaid reads no exponents. */
function createPlainScale(
  values: readonly number[],
  unit: string | undefined,
): { readonly unit: string; readonly convert: (value: number) => number } {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const readable = readableUnit(largest, unit);
  const size = largest * readable.factor;
  if (size === 0 || (size >= 1e-2 && size < 1e7)) {
    return { unit: readable.unit, convert: (value) => value * readable.factor };
  }
  const power = Math.floor(Math.log10(size));
  const factor = readable.factor / 10 ** power;
  return { unit: `${readable.unit} x 10^${power}`.trim(), convert: (value) => value * factor };
}

function writePlain(value: number): string {
  const text = String(Number(value.toPrecision(6)));
  return text.includes('e') ? value.toFixed(6) : text;
}

/** Text between quotes in which Mermaid finds neither an end, nor a directive, nor an entity. */
function toAxisTitle(text: string): string {
  const safe = shorten(text.replace(/[^\p{L}\p{N} .,/()^*+-]/gu, ' ').trim(), LONGEST_UNIT);
  return safe === '' ? '' : ` "${safe}"`;
}
