import { byteLength, cell, details, shorten, shortenMiddle, tableLines } from '../kernel/markdown.js';
import type { TestOutcome, TestCase, TestResults } from './results.js';

/** GitHub drops a whole summary of more than 1 MiB. The rest is for other parts of the step's summary. */
const MOST_BYTES = 800 * 1024;
const MOST_ROWS: Readonly<Record<TestOutcome, number>> = { failed: 500, skipped: 100, passed: 100 };
const LONGEST_NAME = 200;
const LONGEST_MESSAGE = 300;

/** The tests in Markdown: failures first, others in folded sections; at most {@link MOST_BYTES} bytes. */
export function summarizeTests(title: string, verdict: string, results: TestResults): string {
  const head = [`### ${cell(title)}: ${verdict}`, ''];
  if (results.total === 0) return [...head, ''].join('\n');
  const totals = (['failed', 'passed', 'skipped'] as const).map((outcome) => `${results.count(outcome)} ${outcome}`);
  const lines = [...head, `${totals.join(', ')}, in ${results.seconds.toFixed(1)} s.`, ''];
  let left = MOST_BYTES;
  for (const outcome of ['failed', 'skipped', 'passed'] as const) {
    const section = renderSection(outcome, results, left);
    left -= byteLength(section.join('\n'));
    lines.push(...section);
  }
  return lines.join('\n');
}

function renderSection(outcome: TestOutcome, results: TestResults, bytes: number): string[] {
  const total = results.count(outcome);
  if (total === 0) return [];
  const cases = results.list(outcome).slice(0, MOST_ROWS[outcome]);
  const headings = outcome === 'failed' ? ['Failed', 'Message'] : ['Test', 'Why'];
  const [titles = '', rule = '', ...all] = tableLines([...headings, { right: 'Seconds' }], cases.map(toCells));
  const rows = fitRows(all, bytes);
  const rest = total > rows.length ? [`… and ${total - rows.length} more.`, ''] : [];
  const table = [titles, rule, ...rows, '', ...rest];
  if (outcome === 'failed') return table;
  const order = outcome === 'passed' ? ', the slowest first' : '';
  return details(`${total} ${outcome}${order}`, table);
}

function toCells({ place, name, seconds, message }: TestCase): string[] {
  const full = place ? `${place}: ${name}` : name;
  return [shortenMiddle(full, LONGEST_NAME), shorten(message, LONGEST_MESSAGE), seconds.toFixed(1)];
}

/** As many of the first rows as fit. */
function fitRows(rows: readonly string[], bytes: number): readonly string[] {
  let used = 0;
  const end = rows.findIndex((row) => (used += byteLength(row) + 1) > bytes);
  return end < 0 ? rows : rows.slice(0, end);
}
