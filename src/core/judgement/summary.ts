import { cell, code } from '../kernel/markdown.js';
import { prose } from '../kernel/quoting.js';
import type { Judgement } from './judgement.js';
import { renderList, renderReasons, renderTables } from './markdown-parts.js';
import { renderPlots, type PlotOptions } from './markdown-plots.js';
import { countPassed, describeBaseline, describeOrigin, describeOutcome, SIGNS, stateOf } from './words.js';

export interface SummaryOptions extends PlotOptions {
  /** Where the report is, such as a path in the artifacts. */
  readonly report?: string;
}

/** A table of so many metrics is readable as a whole. */
const MOST_OPEN = 25;
const KIB = 1024;

/** What a judgement says, for the job summary: the verdict, the table, why, the plots, where it was measured. Markdown. */
export function renderSummary(judgement: Judgement, options: SummaryOptions): string {
  return [
    renderHeading(judgement),
    '',
    ...renderOverview(judgement),
    ...renderList('Doubtful results', judgement.problems, { lines: 20, bytes: 50 * KIB }),
    ...renderTables(judgement, { rows: 500, bytes: 250 * KIB }, MOST_OPEN),
    ...renderReasons(judgement, { lines: 30, bytes: 40 * KIB }),
    ...renderPlots(judgement, options),
    ...renderList('Notes', judgement.notes, { lines: 20, bytes: 50 * KIB }),
    ...renderOrigin(judgement),
    ...(options.report === undefined ? [] : [`Report with all metrics and plots: ${cell(code(options.report))}`, '']),
  ].join('\n');
}

/** The verdict in words. */
export function renderHeading(judgement: Judgement): string {
  return `### ${SIGNS[stateOf(judgement)]} ${prose(judgement.name)}: ${prose(describeOutcome(judgement))}`;
}

/** The reasons behind the first one, how many metrics passed, and compared with what. */
export function renderOverview(judgement: Judgement): string[] {
  const state = stateOf(judgement);
  const reasons = judgement.conclusion.reasons.slice(state === 'failed' || state === 'undecided' ? 1 : 0);
  const counts = state === 'passed' ? [] : [countPassed(judgement.metrics)];
  return [prose([...reasons, ...counts, describeBaseline(judgement)].join(' ')), ''];
}

export function renderOrigin(judgement: Judgement): string[] {
  return [prose(describeOrigin(judgement)), ''];
}
