import { STATES, type Verdict, type VerdictState } from '../judge/verdict.js';
import { details, markdown, shortenMiddle, type Markdown } from '../kernel/markdown.js';
import { plural } from '../kernel/plural.js';
import { fitTexts, prose, quote } from '../kernel/quoting.js';
import { tableOfFigures, type FigureRow, type TableRoom } from '../plot/figure-table.js';
import { drawSpark } from '../plot/spark.js';
import type { JudgedMetric, Judgement } from './judgement.js';
import { writeThreshold } from './limits.js';
import { ADVICE, COUNTED, isBad, isNotable } from './words.js';

const LONGEST_THRESHOLD = 40;
const LONGEST_NAME = 100;
const LONGEST_REASON = 400;

const WORDS: Readonly<Record<VerdictState, string>> = {
  refused: '🔴 **no number**',
  missing: '🔴 **missing**',
  missed: '🔴 **missed**',
  regression: '🔴 **worse**',
  undecided: '🟡 **undecided**',
  passed: '🟢 passed',
  unjudged: '⚪ not judged',
};

/** How many lines and bytes a part of a text may have. */
export interface Room {
  readonly lines: number;
  readonly bytes: number;
}

/** A name of others, as code. */
export function quoteName(name: string): string {
  return quote(shortenMiddle(name, LONGEST_NAME));
}

/** A table of the metrics that readers should look at, and of the others, folded if there are many. */
export function renderTables({ metrics, suspected = [] }: Judgement, room: TableRoom, mostOpen: number): string[] {
  if (metrics.length === 0) return [];
  const isSuspected = new Set(suspected);
  const tabulate = (some: readonly JudgedMetric[]): string[] => [
    ...tableOfFigures(some, (metric) => toRow(metric, isSuspected), room),
    '',
  ];
  if (metrics.length <= mostOpen) return tabulate(metrics);
  const notable = metrics.filter(isNotable);
  const others = metrics.filter((metric) => !isNotable(metric));
  const count = plural(others.length, notable.length > 0 ? 'other metric' : 'metric');
  return [
    ...(notable.length > 0 ? tabulate(notable) : []),
    ...(others.length > 0 ? details(`${count}, passed or not judged`, tabulate(others)) : []),
  ];
}

function toRow({ verdict, series }: JudgedMetric, suspected: ReadonlySet<string>): FigureRow {
  const { name, unit, value, comparison } = verdict;
  const { before, relative, interval } = comparison ?? {};
  return {
    name,
    ...(unit !== undefined && { unit }),
    ...(value !== undefined && { now: value }),
    ...(before !== undefined && { baseline: before }),
    ...(relative !== undefined && { change: relative }),
    ...(interval && { interval }),
    ...(series && { history: drawSpark(series.points.map((point) => point.value)) }),
    verdict: describeState(verdict, suspected.has(name)),
  };
}

function describeState(verdict: Verdict, isSuspected: boolean): Markdown {
  const { state, comparison } = verdict;
  const isBetter = state === 'passed' && comparison?.outcome === 'change';
  const word = isSuspected ? '🟠 **suspected**' : isBetter ? '🟢 **better**' : WORDS[state];
  // A sign and its word stay in one line.
  const sign = word.replace(' ', '\u00a0');
  const limit = writeThreshold(verdict, LONGEST_THRESHOLD);
  return markdown(limit === '' ? sign : `${sign} ${quote(limit.replaceAll(' ', '\u00a0'))}`);
}

/** Why metrics did not pass, by state, with what to do. */
export function renderReasons({ metrics }: Judgement, room: Room): string[] {
  return STATES.filter(isBad).flatMap((state) => {
    const some = metrics.filter(({ verdict }) => verdict.state === state);
    if (some.length === 0) return [];
    const { shown } = fitTexts(some.slice(0, room.lines), renderReason, room.bytes);
    const more = some.length - shown.length;
    return [
      `**${some.length} ${COUNTED[state]}.** ${ADVICE[state]!}`,
      '',
      ...shown,
      ...(more > 0 ? [`- … and ${plural(more, 'more metric')}.`] : []),
      '',
    ];
  });
}

/** The reason that decides. The report has all. */
function renderReason({ verdict: { name, reasons } }: JudgedMetric): string {
  return `- ${quoteName(name)}: ${prose(reasons[0] ?? '', LONGEST_REASON)}`;
}

/** Sentences as a list under a title. */
export function renderList(title: string, sentences: readonly string[], room: Room): string[] {
  if (sentences.length === 0) return [];
  const render = (sentence: string): string => `- ${prose(sentence, LONGEST_REASON)}`;
  const { shown } = fitTexts(sentences.slice(0, room.lines), render, room.bytes);
  const more = sentences.length - shown.length;
  return [`**${title}**`, '', ...shown, ...(more > 0 ? [`- … and ${more} more.`] : []), ''];
}
