import { describe, median } from './statistics.js';

export type Unit = 's' | 'ms' | 'kB' | 'MiB' | '';

/** The same quantity of another program, measured in alternation with ours. */
export interface Companion {
  readonly name: string;
  readonly value: number;
  readonly samples?: readonly number[];
}

/** One measured quantity, with its bar and its comparisons. */
export interface Figure {
  /** Stays the same from release to release, so that JSON files can be compared. */
  readonly id: string;
  readonly measure: string;
  readonly unit: Unit;
  /** If there are samples: their median, or the worst sample if every sample must meet the bar. */
  readonly value: number;
  readonly samples?: readonly number[];
  /** The largest value that is allowed. */
  readonly bar?: number;
  readonly beside?: readonly Companion[];
}

/** The samples of one program. */
export interface Series<T> {
  readonly name: string;
  readonly samples: readonly T[];
}

/** One quantity of all programs, by their medians unless another statistic is given. The first program is ours. */
export function compare<T>(
  details: Pick<Figure, 'id' | 'measure' | 'unit' | 'bar'>,
  [own, ...others]: readonly [Series<T>, ...Series<T>[]],
  pick: (sample: T) => number,
  summarize: (samples: readonly number[]) => number = median,
): Figure {
  const beside = others.map(({ name, samples }) => accompany(name, samples.map(pick), summarize));
  const samples = own.samples.map(pick);
  return { ...details, value: summarize(samples), samples, ...(beside.length > 0 && { beside }) };
}

export function accompany(name: string, samples: readonly number[], summarize = median): Companion {
  return { name, value: summarize(samples), samples };
}

export function missesBar({ value, bar }: Figure): boolean {
  return bar !== undefined && !(value <= bar);
}

const HEADS = ['measure', 'ours', 'against', 'ratio', 'result'] as const;

/** One line for each comparison of a figure; one line for a figure without comparisons. */
export function renderTable(figures: readonly Figure[]): string {
  const rows = [HEADS, ...figures.flatMap(renderRows)];
  const widths = HEADS.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => (column === 3 ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd(),
  );
  return [lines[0], '─'.repeat(Math.max(...lines.map(({ length }) => length))), ...lines.slice(1)].join('\n');
}

function renderRows(figure: Figure): string[][] {
  const { measure, value, unit, bar, beside = [] } = figure;
  const against = [
    ...(bar === undefined
      ? []
      : [{ text: `at most ${renderValue(bar, unit)}`, value: bar, result: missesBar(figure) ? 'MISSED' : 'met' }]),
    ...beside.map((one) => ({ text: `${one.name}: ${renderValue(one.value, unit)}`, value: one.value, result: '' })),
  ];
  const rows = against.map(({ text, value: other, result }) => ['', '', text, renderRatio(value, other), result]);
  const [first = ['', '', '', '', '']] = rows;
  return [[measure, renderOurs(figure), ...first.slice(2)], ...rows.slice(1)];
}

function renderOurs({ value, unit, samples = [] }: Figure): string {
  if (samples.length < 2) return renderValue(value, unit);
  const { least, most } = describe(samples);
  if (least === most) return renderValue(value, unit);
  return `${renderValue(value, unit)} (${renderNumber(least, unit)} to ${renderNumber(most, unit)}, n=${samples.length})`;
}

function renderValue(value: number, unit: Unit): string {
  return unit === '' ? renderNumber(value, unit) : `${renderNumber(value, unit)} ${unit}`;
}

function renderNumber(value: number, unit: Unit): string {
  const digits = { s: 2, ms: 0, kB: 0, MiB: 0, '': Number.isInteger(value) ? 0 : 2 }[unit];
  // Avoids `-0`.
  return Number(value.toFixed(digits)).toFixed(digits);
}

function renderRatio(value: number, other: number): string {
  return other > 0 ? (value / other).toFixed(2) : '';
}
