import { details } from '../kernel/markdown.js';
import { link } from '../kernel/quoting.js';
import { fitMarkdown } from './fit.js';
import type { Judgement } from './judgement.js';
import { renderList, renderReasons, renderTables } from './markdown-parts.js';
import { renderPlots } from './markdown-plots.js';
import { renderHeading, renderOrigin, renderOverview, type SummaryOptions } from './summary.js';
import { type RunState, SIGNS } from './words.js';

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
  return `<!-- ci-actions judge-results: ${encodeURIComponent(replaceHalves(name)).replaceAll('-', '%2D')} -->`;
}

/** Half a character cannot be encoded. */
function replaceHalves(text: string): string {
  return text.replace(/\p{Cs}/gu, '\ufffd');
}

/** What a judgement says, for a comment on a pull request: as the summary, and shorter. Markdown. */
export function renderComment(judgement: Judgement, options: CommentOptions): string {
  return fitMarkdown([markerOf(judgement.name), ...renderBody(judgement, options)].join('\n'), LONGEST_COMMENT);
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

const MARKER = /^<!-- ci-actions judge-results: \S* -->$/m;
/** So many judgements that passed are folded below others that did not. */
const FOLDED_FROM = 2;

/**
 * Several judgements as one comment of at most 60,000 characters: those that did not pass first, each with an equal share
 * of the room.
 *
 * @param comments of {@link renderComment}; a text may also have several of them, one after the other
 * @param name decides the marker of the joint comment
 */
export function joinComments(comments: readonly string[], name: string): string {
  const bodies = comments
    .flatMap((text) => text.split(MARKER))
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .toSorted((one, other) => rankOf(one) - rankOf(other));
  const head = `${markerOf(name)}\n`;
  const folds = details(`${bodies.filter(hasPassed).length} passed`, []).join('\n').length;
  let room = LONGEST_COMMENT - head.length - folds;
  const fitted = bodies.map((body, at) => {
    const text = fitMarkdown(body, Math.floor(room / (bodies.length - at)) - 2);
    room -= text.length + 2;
    return text;
  });
  const [open, passed] = [fitted.filter((body) => !hasPassed(body)), fitted.filter(hasPassed)];
  const isFolded = open.length > 0 && passed.length >= FOLDED_FROM;
  const last = isFolded ? details(`${passed.length} passed`, [passed.join('\n\n')]) : passed;
  return `${head}${[...open, ...(isFolded ? [last.join('\n')] : last)].join('\n\n')}\n`;
}

const ORDER: readonly RunState[] = ['failed', 'suspected', 'undecided', 'passed'];

function rankOf(body: string): number {
  return ORDER.findIndex((state) => body.startsWith(`### ${SIGNS[state]}`));
}

function hasPassed(body: string): boolean {
  return body.startsWith(`### ${SIGNS.passed}`);
}
