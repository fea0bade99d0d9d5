import { escapeHtml, renderHead } from '../kernel/html.js';
import { plural } from '../kernel/plural.js';
import { shorten } from '../kernel/markdown.js';
import type { ListedFile } from './host.js';
import { STYLE } from './index-style.js';
import { FAILURE, FAILURES, LATE_LOG, renderDuration, renderFinished, RUN_LOG, SKIPPED } from './layout.js';
import type { PhaseResult, PhasesOutcome } from './result.js';
import type { RunOutcome } from './schedule.js';

/** What the page shows. */
export interface IndexedPhases {
  /** Of the test. */
  readonly name: string;
  readonly outcome: PhasesOutcome;
  /** Phases of earlier steps with the same folder for artifacts. */
  readonly earlier: readonly PhaseResult[];
  /** Whether there is a file FAILURES. */
  readonly hasFailures: boolean;
  /** The files of a phase, at most {@link MOST_LISTED}. */
  readonly listFiles: (folder: string) => readonly ListedFile[];
}

/** Links of one phase. A test may write a file for each of its requests. */
const MOST_FILES = 200;
/** On top of the page. Each phase has its own in the table. */
const MOST_REASONS = 20;
const LONGEST_REASON = 300;
/** First the marks, then our log. The rest is folded. */
export const MAIN_FILES: readonly string[] = [FAILURE, SKIPPED, RUN_LOG, LATE_LOG];
/** Enough to know that there are more. */
export const MOST_LISTED = MOST_FILES + MAIN_FILES.length + 1;
const WORDS: Readonly<Record<RunOutcome, string>> = {
  passed: '✓ passed',
  failed: '✗ failed',
  cancelled: '✗ canceled',
  stopped: '– stopped',
  'left-out': '– left out',
};

/** An HTML page: the verdict and why, then all phases in their order, with their times and links to their files. */
export function renderIndex(page: IndexedPhases): string {
  const { name, outcome, earlier } = page;
  const { verdict, results } = outcome;
  const rows = (list: readonly PhaseResult[], title: string): readonly string[] =>
    list.length === 0
      ? []
      : [
          ...(earlier.length === 0 ? [] : [`<h2>${title}</h2>`]),
          '<table><thead><tr><th>Phase<th>Outcome<th>Took<th>When<th>Files<th>Why</tr></thead><tbody>',
          ...renderRows(list, page.listFiles),
          '</tbody></table>',
        ];
  return [
    ...renderHead({ title: `${name}: ${verdict}`, style: STYLE }),
    '<body>',
    ...renderTop(page),
    ...rows(results, 'This step'),
    ...rows(earlier, 'Earlier steps'),
    '</body></html>',
    '',
  ].join('\n');
}

function renderTop({ name, outcome, hasFailures }: IndexedPhases): readonly string[] {
  const { verdict, reasons, results, beganAt } = outcome;
  const lines = reasons.slice(0, MOST_REASONS).map((one) => `<li>${linkReason(one, results)}</li>`);
  const more = reasons.length > MOST_REASONS ? [`<li>… and ${reasons.length - MOST_REASONS} more</li>`] : [];
  const counts = (Object.keys(WORDS) as RunOutcome[]).flatMap((one) => {
    const count = results.filter((result) => result.outcome === one).length;
    return count === 0 ? [] : [`${count} ${WORDS[one].slice(2)}`];
  });
  return [
    `<header class="${verdict}"><h1>${escapeHtml(name)}: <span>${verdict}</span></h1>`,
    `<p>${escapeHtml(renderFinished(name, outcome))} <small>It began at ${new Date(beganAt).toISOString().slice(0, 19)}Z.</small></p>`,
    `<p>${plural(results.length, 'phase')}: ${counts.join(', ')}.</p></header>`,
    ...(lines.length === 0 ? [] : ['<h2>Why</h2><ul>', ...lines, ...more, '</ul>']),
    ...(hasFailures ? [`<p><a href="${FAILURES}">${FAILURES}</a></p>`] : []),
  ];
}

/** A reason begins with the title of its phase, which becomes a link to the phase in the table. */
function linkReason(reason: string, results: readonly PhaseResult[]): string {
  const text = shorten(reason, LONGEST_REASON);
  const about = results.find(({ title, outcome }) => outcome !== 'passed' && text.startsWith(`${title} `));
  if (about === undefined) return escapeHtml(text);
  const { title, folder } = about;
  return `<a href="#${toId(folder)}">${escapeHtml(title)}</a>${escapeHtml(text.slice(title.length))}`;
}

/** Folders begin with a number that no other has. */
function toId(folder: string): string {
  return `p${folder.split('__', 1)[0]!}`;
}

function renderRows(results: readonly PhaseResult[], listFiles: IndexedPhases['listFiles']): readonly string[] {
  const begins = results.flatMap(({ beganAt }) => beganAt ?? []);
  const from = begins.reduce((least, one) => Math.min(least, one), Infinity);
  const until = results.reduce((most, { endedAt = 0 }) => Math.max(most, endedAt), from + 1);
  return results.map((result) => {
    const { title, folder, outcome, isLate } = result;
    const cells = [
      `<td>${escapeHtml(title)}`,
      `<td class="${outcome}"><b>${WORDS[outcome]}${isLate ? ' (by the post step)' : ''}</b>`,
      `<td class="took">${renderDuration(result)}`,
      `<td class="when">${renderBar(result, { from, length: until - from })}`,
      `<td>${renderFiles(folder, listFiles(folder))}`,
      `<td class="why">${renderWhy(result)}`,
    ];
    return `<tr id="${toId(folder)}">${cells.join('')}</tr>`;
  });
}

/** When the phase ran, as a part of the whole time. Epoch ms, ms. */
function renderBar(
  { beganAt, endedAt, outcome }: PhaseResult,
  { from, length }: { readonly from: number; readonly length: number },
): string {
  if (beganAt === undefined || endedAt === undefined) return '';
  const percent = (ms: number): string => `${Math.min(99.5, Math.max(0, (ms / length) * 100)).toFixed(1)}%`;
  const title = `after ${((beganAt - from) / 1_000).toFixed(1)} s`;
  const style = `margin-left:${percent(beganAt - from)};width:${percent(endedAt - beganAt)}`;
  return `<i class="${outcome}" title="${title}" style="${style}"></i>`;
}

function renderFiles(folder: string, files: readonly ListedFile[]): string {
  const link = ({ path, bytes }: ListedFile): string => {
    const href = [folder, ...path.split('/')].map(encodeURIComponent).join('/');
    return `<a href="${href}" title="${bytes} bytes">${escapeHtml(path)}</a>`;
  };
  const main = MAIN_FILES.flatMap((name) => files.find(({ path }) => path === name) ?? []);
  const others = files.filter(({ path }) => !MAIN_FILES.includes(path));
  const shown = others.slice(0, MOST_FILES).map(link);
  const more = others.length > shown.length ? '<small>… and more</small>' : '';
  const count = `${plural(shown.length, 'file')}${more === '' ? '' : ' and more'}`;
  const folded = others.length === 0 ? '' : `<details><summary>${count}</summary>${shown.join('')}${more}</details>`;
  return `${main.map(link).join(' ')}${folded}`;
}

function renderWhy({ reasons, remarks = [] }: PhaseResult): string {
  const [first, ...rest] = [...reasons, ...remarks];
  if (first === undefined) return '';
  const lines =
    rest.length === 0 ? '' : `<details open><summary>more</summary><pre>${escapeHtml(rest.join('\n'))}</pre></details>`;
  return `${escapeHtml(first)}${lines}`;
}
