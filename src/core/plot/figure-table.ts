import { markdown, shortenMiddle, tableLines, type Cell, type Heading, type Markdown } from '../kernel/markdown.js';
import { plural } from '../kernel/plural.js';
import { escapeText, fitTexts, quote, toCell } from '../kernel/quoting.js';
import { writeChange, writeChanges, writeQuantity } from '../figures/quantity.js';

/** A figure as a summary shows it. */
export interface FigureRow {
  readonly name: string;
  readonly unit?: string;
  readonly now?: number;
  readonly baseline?: number;
  /** Relative: 0.031 is +3.1 %. Absent without a baseline, or if it is 0. */
  readonly change?: number;
  /** Of the change, relative. */
  readonly interval?: readonly [low: number, high: number];
  /** A line of blocks. */
  readonly history?: string;
  readonly verdict: Markdown;
}

const LONGEST_NAME = 100;
/** A summary may have 1 MiB, with all its parts. */
const MOST: TableRoom = { rows: 500, bytes: 300 * 1024 };

/** How large a table may be. */
export interface TableRoom {
  readonly rows: number;
  readonly bytes: number;
}

const COLUMNS: readonly { readonly heading: Heading; readonly cell: (row: FigureRow) => Cell }[] = [
  { heading: 'Metric', cell: ({ name }) => toCell(quote(shortenMiddle(name, LONGEST_NAME))) },
  // Here a narrow screen shows it, too.
  { heading: 'Verdict', cell: ({ verdict }) => verdict },
  { heading: { right: 'Now' }, cell: ({ now, unit }) => writeIf(now, (value) => writeQuantity(value, unit)) },
  {
    heading: { right: 'Baseline' },
    cell: ({ baseline, unit }) => writeIf(baseline, (one) => writeQuantity(one, unit)),
  },
  { heading: { right: 'Change' }, cell: ({ change }) => writeIf(change, writeChange) },
  { heading: { right: 'Interval' }, cell: ({ interval }) => writeIf(interval, writeChanges) },
  { heading: 'History', cell: ({ history = '' }) => history },
];

/**
 * A table of figures: the verdict, now, the baseline, the change with its interval. The first rows if there are many.
 * A column that would be empty is left out.
 */
export function tableOfFigures<T>(figures: readonly T[], toRow: (figure: T) => FigureRow, room = MOST): string[] {
  const rows = figures.slice(0, room.rows).map(toRow);
  const cells = rows.map((row) => COLUMNS.map((column) => column.cell(row)));
  const used = COLUMNS.flatMap((_, at) => (cells.some((row) => row[at] !== '') ? [at] : []));
  const pick = <T>(all: readonly T[]): T[] => used.map((at) => all[at]!);
  const [head = '', rule = '', ...lines] = tableLines(pick(COLUMNS.map(({ heading }) => heading)), cells.map(pick));
  const { shown } = fitTexts(lines, (line) => line, room.bytes);
  const more = figures.length - shown.length;
  const table = [head, rule, ...shown];
  return more > 0 ? [...table, '', `And ${plural(more, 'more metric')}, which the report lists.`] : table;
}

function writeIf<T>(value: T | undefined, write: (value: T) => string): Cell {
  // A number and its unit stay in one line.
  return value === undefined ? '' : markdown(escapeText(write(value)).replaceAll(' ', '\u00a0'));
}
