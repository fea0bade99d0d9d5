import { toSha256 } from '../kernel/checksum.js';
import { escapeHtml, renderHead } from '../kernel/html.js';
import { shorten, shortenMiddle } from '../kernel/markdown.js';
import { plural } from '../kernel/plural.js';
import type { Judgement } from './judgement.js';
import type { Plot } from './plots.js';
import { SCRIPT, STYLE } from './report-look.js';
import { LONGEST_NAME, renderState, renderTable, type ReportedMetric } from './report-table.js';
import { ADVICE, countPassed, describeBaseline, describeOrigin, describeOutcome, isNotable, stateOf } from './words.js';

/** What a browser opens without delay. The files of the plots and `verdicts.json` have the rest. */
const MOST_TABLE = 8 * 1024 * 1024;
const MOST_PLOTS = 16 * 1024 * 1024;
/** Longer lists are folded. */
const MOST_OPEN = 50;
const MOST_SECTIONS = 2_000;
const MOST_SENTENCES = 100;
const LONGEST_SENTENCE = 1_000;

/**
 * One HTML file that loads nothing: the verdict, all metrics in a table, and of each that did not pass, that changed or
 * that has plots, the reasons and the plots. It is complete without its script, which sorts and searches the table.
 *
 * @param plots of `drawPlots`
 */
export function renderReport(judgement: Judgement, plots: readonly Plot[]): string {
  const reported = listReported(judgement, plots);
  const state = stateOf(judgement);
  const title = `${judgement.name}: ${state}`;
  const lines = [
    ...renderHead({ title, style: STYLE, scripts: `'sha256-${toSha256(new TextEncoder().encode(SCRIPT))}'` }),
    '<body>',
    ...renderTop(judgement),
    '<main>',
    ...renderSentences('Doubtful results', judgement.problems),
    ...renderTables(reported),
    ...renderMetrics(reported, plots),
    ...renderSentences('Notes', judgement.notes),
    '</main>',
    `<script>${SCRIPT}</script>`,
    '</body></html>',
  ];
  return `${lines.join('\n')}\n`;
}

function listReported({ metrics, suspected = [] }: Judgement, plots: readonly Plot[]): readonly ReportedMetric[] {
  const drawn = new Set(plots.map(({ metric }) => metric));
  const suspects = new Set(suspected);
  let sections = 0;
  return metrics.map((metric) => {
    const { name } = metric.verdict;
    const hasMore = isNotable(metric) || drawn.has(name);
    const isShown = hasMore && ++sections <= MOST_SECTIONS;
    return { metric, isSuspected: suspects.has(name), ...(isShown && { id: `m${sections}` }) };
  });
}

function renderTop(judgement: Judgement): string[] {
  const { name, conclusion, metrics } = judgement;
  const state = stateOf(judgement);
  const reasons = state === 'passed' ? [] : conclusion.reasons;
  const why = reasons.length > 0 ? reasons.join(' ') : describeOutcome(judgement).replace(/^\w+\. /, '');
  return [
    `<header class="${state}"><h1>${escapeHtml(name)}: <span>${state}</span></h1>`,
    `<p>${escapeHtml(why)}</p>`,
    `<p>${state === 'passed' ? '' : `${countPassed(metrics)} `}${escapeHtml(describeBaseline(judgement))}</p>`,
    `<p><small>${renderCode(describeOrigin(judgement))}</small></p>`,
    '</header>',
  ];
}

/** A sentence, of which what is in backticks is code. */
function renderCode(sentence: string): string {
  return shorten(sentence, LONGEST_SENTENCE)
    .split(/`([^`]+)`/)
    .map((part, at) => (at % 2 === 1 ? `<code>${escapeHtml(part)}</code>` : escapeHtml(part)))
    .join('');
}

function renderSentences(title: string, sentences: readonly string[]): string[] {
  if (sentences.length === 0) return [];
  const left = sentences.length - MOST_SENTENCES;
  return [
    `<h2>${title}</h2><ul>`,
    ...sentences.slice(0, MOST_SENTENCES).map((one) => `<li>${renderCode(one)}</li>`),
    ...(left > 0 ? [`<li>… and ${left} more.</li>`] : []),
    '</ul>',
  ];
}

function renderTables(reported: readonly ReportedMetric[]): string[] {
  const heading = '<h2 class="metrics">All metrics</h2>';
  if (reported.length <= MOST_OPEN) return [heading, ...renderTable(reported, 'The worst first', MOST_TABLE)];
  const notable = reported.filter(({ metric }) => isNotable(metric));
  const others = reported.filter(({ metric }) => !isNotable(metric));
  const parts = [notable, others].map((some) => renderTable(some, 'The worst first', MOST_TABLE / 2));
  return [
    heading,
    ...(notable.length === 0 ? ['<p>All metrics passed, or are not judged.</p>'] : parts[0]!),
    `<details><summary>${plural(others.length, 'metric')}, passed or not judged</summary>`,
    ...parts[1]!,
    '</details>',
  ];
}

function renderMetrics(reported: readonly ReportedMetric[], plots: readonly Plot[]): string[] {
  const drawn = new Map<string, Plot[]>();
  for (const plot of plots) drawn.set(plot.metric, [...(drawn.get(plot.metric) ?? []), plot]);
  let room = MOST_PLOTS;
  const take = (name: string): readonly Plot[] => {
    const some = drawn.get(name) ?? [];
    room -= some.reduce((sum, { svg }) => sum + svg.length, 0);
    return room < 0 ? [] : some;
  };
  const shown = reported.filter(({ id }) => id !== undefined);
  if (shown.length === 0) return [];
  const parts = shown.map((one, at) => renderMetric(one, take(one.metric.verdict.name), at < MOST_OPEN));
  const rest = parts.slice(MOST_OPEN);
  return [
    '<h2>Metric by metric</h2>',
    ...parts.slice(0, MOST_OPEN),
    ...(rest.length > 0
      ? [`<details><summary>${plural(rest.length, 'more metric')}</summary>`, ...rest, '</details>']
      : []),
    ...(room < 0 ? ['<p>Some plots are only in their files, for which this page has no room.</p>'] : []),
  ];
}

function renderMetric(reported: ReportedMetric, plots: readonly Plot[], mayBeOpen: boolean): string {
  const { metric, id } = reported;
  const isOpen = mayBeOpen && isNotable(metric);
  const name = escapeHtml(shortenMiddle(metric.verdict.name, LONGEST_NAME));
  const advice = ADVICE[metric.verdict.state];
  const body = [
    ...(advice === undefined ? [] : [`<p>${renderCode(advice)}</p>`]),
    `<ul>${metric.verdict.reasons.map((one) => `<li>${renderCode(one)}</li>`).join('')}</ul>`,
    // The newest runs are at the right, which a narrow screen shows first.
    ...plots.map(({ svg, kind }) => `<figure class="${kind}">${svg}</figure>`),
  ].join('\n');
  const head = `<h3>${name}</h3> ${renderState(reported)}`;
  return `<details class="m" id="${id!}"${isOpen ? ' open' : ''}><summary>${head}</summary>${body}</details>`;
}
