import { markdown, shortenMiddle, tableLines, type Cell, type Markdown } from '../kernel/markdown.js';
import { plural } from '../kernel/plural.js';
import { writeChange, writeQuantity } from './quantity.js';

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
  readonly verdict: Markdown;
}

const LONGEST_NAME = 100;
/** A summary may have 1 MiB. */
const MOST_ROWS = 500;

/** A table of figures: now, the baseline, the change with its interval, and the verdict. The first rows if there are many. */
export function tableOfFigures(rows: readonly FigureRow[]): string[] {
  const shown = rows.slice(0, MOST_ROWS);
  const headings = [
    'Figure',
    { right: 'Now' },
    { right: 'Baseline' },
    { right: 'Change' },
    { right: 'Interval' },
    'Verdict',
  ];
  const lines = tableLines(headings, shown.map(cellsOf));
  const more = rows.length - shown.length;
  return more > 0 ? [...lines, '', `And ${plural(more, 'more figure')}, which the report lists.`] : lines;
}

function cellsOf({ name, unit, now, baseline, change, interval, verdict }: FigureRow): Cell[] {
  const quantity = (value: number | undefined): Cell =>
    value === undefined ? markdown('') : writeQuantity(value, unit);
  return [
    shortenMiddle(name, LONGEST_NAME),
    quantity(now),
    quantity(baseline),
    change === undefined ? '' : writeChange(change),
    interval === undefined ? '' : interval.map(writeChange).join(' … '),
    verdict,
  ];
}
