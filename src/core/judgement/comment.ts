import { link } from '../kernel/quoting.js';
import type { Judgement } from './judgement.js';
import { renderList, renderReasons, renderTables } from './markdown-parts.js';
import { renderPlots } from './markdown-plots.js';
import { renderHeading, renderOrigin, renderOverview, type SummaryOptions } from './summary.js';

export interface CommentOptions extends Omit<SummaryOptions, 'report'> {
  /** The address of the workflow run. */
  readonly run?: string;
  /** The address of the report, or of the artifact that has it. */
  readonly report?: string;
}

/** GitHub takes 65,536 characters. */
export const LONGEST_COMMENT = 60_000;
const MOST_OPEN = 10;
const KIB = 1024;

/** The line by which a later run of the same name finds its comment. */
export function markerOf(name: string): string {
  return `<!-- ci-actions judge-results: ${encodeURIComponent(name).replaceAll('-', '%2D')} -->`;
}

/** What a judgement says, for a comment on a pull request: as the summary, and shorter. Markdown. */
export function renderComment(judgement: Judgement, options: CommentOptions): string {
  return [markerOf(judgement.name), ...renderBody(judgement, options)].join('\n');
}

function renderBody(judgement: Judgement, { run, report, ...options }: CommentOptions): string[] {
  const links = [
    ...(run === undefined ? [] : [link('The run', run)]),
    ...(report === undefined ? [] : [link('The report', report)]),
  ];
  return [
    renderHeading(judgement),
    '',
    ...renderOverview(judgement),
    ...renderList('Doubtful results', judgement.problems, { lines: 5, bytes: 3 * KIB }),
    ...renderTables(judgement, { rows: 50, bytes: 12 * KIB }, MOST_OPEN),
    ...renderReasons(judgement, { lines: 5, bytes: 3 * KIB }),
    ...renderPlots(judgement, { mostPlots: 3, ...options }),
    ...renderList('Notes', judgement.notes, { lines: 5, bytes: 3 * KIB }),
    ...renderOrigin(judgement),
    ...(links.length > 0 ? [links.join(' · '), ''] : []),
  ];
}

/**
 * Several comments of {@link renderComment} as one, of at most 60,000 characters.
 *
 * @param name decides the marker of the joint comment
 */
export function joinComments(comments: readonly string[], name: string): string {
  return [markerOf(name), ...comments].join('\n').slice(0, LONGEST_COMMENT);
}
