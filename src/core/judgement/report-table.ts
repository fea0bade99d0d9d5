import type { VerdictState } from '../judge/verdict.js';
import { escapeHtml } from '../kernel/html.js';
import { shortenMiddle } from '../kernel/markdown.js';
import { plural } from '../kernel/plural.js';
import { writeChange, writeChanges, writeQuantity } from '../figures/quantity.js';
import { drawSpark } from '../plot/spark.js';
import type { JudgedMetric } from './judgement.js';
import { writeThreshold } from './limits.js';

export const LONGEST_NAME = 300;
const LONGEST_THRESHOLD = 80;

/** A metric with the anchor of what the page says of it. */
export interface ReportedMetric {
  readonly metric: JudgedMetric;
  /** Absent if the table says everything. */
  readonly id?: string;
  readonly isSuspected: boolean;
}

const WORDS: Readonly<Record<VerdictState, readonly [look: string, word: string]>> = {
  refused: ['bad', '✗ no number'],
  missing: ['bad', '✗ missing'],
  missed: ['bad', '✗ missed'],
  regression: ['bad', '✗ worse'],
  undecided: ['unsure', '? undecided'],
  passed: ['good', '✓ passed'],
  unjudged: ['', '– not judged'],
};

/** The verdict on a metric in a word. HTML. */
export function renderState({ metric: { verdict }, isSuspected }: ReportedMetric): string {
  const isBetter = verdict.state === 'passed' && verdict.comparison?.outcome === 'change';
  const [look, word] = isBetter ? ['good', '✓ better'] : WORDS[verdict.state];
  return `<b class="${isSuspected ? 'unsure' : look}">${isSuspected ? '? suspected' : word}</b>`;
}

/** The head, with the class of each column: numbers to the right, verdicts and histories in one line. */
const COLUMNS: readonly (readonly [heading: string, look: string])[] = [
  ['Metric', ''],
  ['Verdict', 'v'],
  ['Now', 'n'],
  ['Baseline', 'n'],
  ['Change', 'n'],
  ['Interval', 'n'],
  ['Threshold', ''],
  ['History', 'h'],
];

/** A table of as many of the metrics as fit into a number of characters. The rest is counted below it. */
export function renderTable(metrics: readonly ReportedMetric[], caption: string, characters: number): string[] {
  const rows: string[] = [];
  let room = characters;
  for (const metric of metrics) {
    const row = renderRow(metric);
    room -= row.length;
    if (room < 0) break;
    rows.push(row);
  }
  const left = metrics.length - rows.length;
  const heads = COLUMNS.map(([heading, look]) => `<th scope="col"${look === 'n' ? ' class="n"' : ''}>${heading}</th>`);
  return [
    `<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table class="metrics"><caption>${caption}</caption>`,
    `<thead><tr>${heads.join('')}</tr></thead><tbody>`,
    ...rows,
    '</tbody></table></div>',
    ...(left > 0 ? [`<p>And ${plural(left, 'more metric')}, for which this page has no room.</p>`] : []),
  ];
}

function renderRow(reported: ReportedMetric): string {
  const { metric, id } = reported;
  const { name, unit, value, comparison } = metric.verdict;
  const limit = writeThreshold(metric.verdict, LONGEST_THRESHOLD);
  const { before, relative, interval } = comparison ?? {};
  const shown = escapeHtml(shortenMiddle(name, LONGEST_NAME));
  const quantity = (one: number | undefined): readonly [string, number?] =>
    one === undefined ? [''] : [escapeHtml(writeQuantity(one, unit)), one];
  const cells: readonly (readonly [string, number?])[] = [
    [id === undefined ? shown : `<a href="#${id}">${shown}</a>`],
    [renderState(reported)],
    quantity(value),
    quantity(before),
    relative === undefined ? [''] : [writeChange(relative), relative],
    [interval === undefined ? '' : writeChanges(interval)],
    [limit === '' ? '' : `<code>${escapeHtml(limit)}</code>`],
    [metric.series ? drawSpark(metric.series.points.map((point) => point.value)) : ''],
  ];
  return `<tr>${cells.map(([content, sorted], at) => renderCell(content, COLUMNS[at]![1], sorted)).join('')}</tr>`;
}

function renderCell(content: string, look: string, sorted: number | undefined): string {
  return `<td${look === '' ? '' : ` class="${look}"`}${sorted === undefined ? '' : ` data-v="${sorted}"`}>${content}</td>`;
}
