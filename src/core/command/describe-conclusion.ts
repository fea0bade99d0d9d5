import { renderDollars } from '../kernel/costs.js';
import { tableLines, type Cell, type Heading } from '../kernel/markdown.js';
import { fitTexts, link, prose, quote, toCell } from '../kernel/quoting.js';
import type { Conclusion, ConcludedRow } from './conclusion.js';
import { foldRows } from './describe-plan.js';

const TABLE_BYTES = 16_000;
const LONGEST_WHY = 300;

/** What a tired reader looks for comes first. */
const ORDER: readonly ConcludedRow['kind'][] = [
  'failed',
  'error',
  'canceled',
  'skipped',
  'partly',
  'passed',
  'not asked for',
];

/** The verdict, how long it took, and a table of the jobs, as lines of Markdown. */
export function describeConclusion(conclusion: Conclusion, runUrl: string): string[] {
  const rows = conclusion.rows.toSorted((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
  return [
    `### ${signOf(conclusion)} ${conclusion.title}${describeDuration(conclusion)}`,
    '',
    ...tabulate(rows, runUrl),
    `Details, logs and artifacts: ${link('the run', runUrl)}`,
  ];
}

function signOf({ state, rows }: Conclusion): string {
  if (state === 'success') return '🟢';
  return rows.some(({ kind }) => kind === 'failed' || kind === 'error') ? '🔴' : '⚪';
}

/** ` in 45 s`, ` in 12 min`, ` in 2 h 5 min`; '' if a time is not known. */
function describeDuration({ startedAt, endedAt }: Conclusion): string {
  if (startedAt === undefined || endedAt === undefined || endedAt < startedAt) return '';
  const seconds = Math.round((endedAt - startedAt) / 1_000);
  const minutes = Math.round(seconds / 60);
  if (seconds < 90) return ` in ${seconds} s`;
  return minutes < 120 ? ` in ${minutes} min` : ` in ${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A column without a value is left out. */
interface Column {
  readonly heading: Heading;
  readonly read: (row: ConcludedRow) => Cell;
}

const COLUMNS: readonly Column[] = [
  { heading: 'Job', read: ({ name, url = '' }) => toCell(link(quote(name), url)) },
  { heading: 'Verdict', read: describeVerdict },
  { heading: { right: 'Minutes' }, read: ({ minutes }) => minutes?.toFixed(1) ?? '' },
  { heading: 'Machine', read: ({ machine }) => (machine === '' ? '' : toCell(quote(machine))) },
  { heading: { right: 'Cost' }, read: ({ cost }) => (cost === undefined ? '' : toCell(prose(renderDollars(cost)))) },
  { heading: 'Artifacts', read: ({ artifacts = '' }) => (artifacts === '' ? '' : toCell(link('on S3', artifacts))) },
];

function tabulate(rows: readonly ConcludedRow[], runUrl: string): string[] {
  if (rows.length === 0) return [];
  const columns = COLUMNS.filter(({ read }) => rows.some((row) => read(row) !== ''));
  const head = tableLines(
    columns.map(({ heading }) => heading),
    [],
  );
  const toLine = (row: ConcludedRow) => tableLines([], [columns.map(({ read }) => read(row))]).at(-1)!;
  return [...foldRows(fitTexts(rows, toLine, TABLE_BYTES), head, runUrl)];
}

const SIGNS: Readonly<Record<ConcludedRow['kind'], string>> = {
  passed: '🟢 passed',
  failed: '🔴 failed',
  error: '🔴 no verdict',
  canceled: '⚪ canceled',
  skipped: '⚪ not run',
  partly: '⚪ passed, but not run',
  'not asked for': '⚪ not asked for',
};

function describeVerdict({ kind, why, phase, url = '' }: ConcludedRow): Cell {
  const where = phase === undefined ? '' : ` in ${quote(phase)}`;
  const reason = why === '' ? '' : `: ${prose(why, LONGEST_WHY)}`;
  const log = (kind === 'failed' || kind === 'error') && url !== '' ? ` (${link('log', url)})` : '';
  return toCell(`${SIGNS[kind]}${where}${reason}${log}`);
}
