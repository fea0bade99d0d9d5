/**
 * The comment with which plan-run answers a command. It is written once and edited at the end of the run: GitHub notifies
 * of the first text only. No line of it begins with a command.
 */
import { byteLength } from '../kernel/markdown.js';
import { plural } from '../kernel/plural.js';
import { link, prose, quote } from '../kernel/quoting.js';
import { describePlan, listSentences, type Room } from './describe-plan.js';
import type { Conclusion } from './conclusion.js';
import { describeConclusion } from './describe-conclusion.js';
import type { Plan } from './plan.js';

/** The comment that is answered, and the run that answers. */
export interface Asked {
  /** The login of the comment's author. */
  readonly author: string;
  /** The line `/test …` as written. */
  readonly command: string;
  /** The run's page on GitHub. */
  readonly runUrl: string;
  /** The text of a hidden HTML comment by which the answer is found again: one line without `<` and `>`. */
  readonly marker: string;
}

/** GitHub refuses a comment of more than 65,536 characters. Bytes are at least as many. */
const MOST_BYTES = 65_535;
const PLAN_BYTES = 40_000;
const PROBLEM_BYTES = 45_000;
/** GitHub drops a job summary of more than 1 MiB. */
const SUMMARY_BYTES = 800_000;
const LONGEST_COMMAND = 300;
const LONGEST_USAGE = 1_000;

/** The part that {@link renderVerdict} replaces. Its markers are whole lines, which texts of others never have. */
const STATE = /^<!-- state(?: (\d{1,15}))? -->\r?\n[^]*?^<!-- \/state -->$/m;

/** Why nothing runs. @param problems sentences @param usage what to write instead, as a sentence */
export function renderRefusal(asked: Asked, problems: readonly string[], usage?: string): string {
  const title = `${introduce(asked)}. Nothing was started, because of ${problems.length === 1 ? 'this problem' : plural(problems.length, 'problem')}:`;
  return join([
    mark(asked),
    '### ⚪ Not run',
    '',
    ...listSentences(title, problems, { bytes: PROBLEM_BYTES, allOfIt: asked.runUrl }),
    ...(usage === undefined ? [] : [prose(usage, LONGEST_USAGE), '']),
    link('The run that read the command', asked.runUrl),
  ]);
}

/** What runs, when it begins. @param startedAt epoch ms */
export function renderRunning(asked: Asked, plan: Plan, startedAt: number): string {
  const since = `${new Date(startedAt).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return join([
    mark(asked),
    ...renderState(['### ⏳ Running', '', `Since ${since}, in ${link('this run', asked.runUrl)}.`], startedAt),
    '',
    `${introduce(asked)}, understood as:`,
    '',
    ...describePlan(plan, roomOf(asked, PLAN_BYTES)),
  ]);
}

/** What `/plan …` is answered with: what the same command with `/test` would run. */
export function renderDifference(asked: Asked, plan: Plan): string {
  return join([
    mark(asked),
    '### Plan: nothing runs',
    '',
    `${introduce(asked)}, understood as:`,
    '',
    ...describePlan(plan, roomOf(asked, PLAN_BYTES)),
    'To run this, write the same comment with `/test` in place of `/plan`.',
  ]);
}

/**
 * The answer at the end of the run: the verdict stands where `Running` stood, and the rest stays as it is. A text that
 * somebody changed so that this is impossible is replaced as a whole.
 *
 * @param answer the comment as it is now; '' if there is none any more
 */
export function renderVerdict(answer: string, asked: Asked, conclusion: Conclusion): string {
  const [whole, since] = answer.startsWith(mark(asked)) ? (STATE.exec(answer) ?? []) : [];
  const startedAt = since === undefined ? conclusion.startedAt : Number(since);
  const times = startedAt === undefined ? {} : { startedAt };
  const state = renderState(describeConclusion({ ...conclusion, ...times }, asked.runUrl), startedAt);
  const text = whole === undefined ? '' : answer.replace(whole, () => state.join('\n'));
  if (text !== '' && byteLength(text) <= MOST_BYTES) return text;
  return join([mark(asked), ...state, '', `${introduce(asked, answer === '')}.`]);
}

/** All of a plan, for the summary of the job that makes it. @param asked absent where no command was written */
export function summarizePlan(asked: Asked | undefined, plan: Plan): string {
  const title = asked ? `${introduce(asked, false)}, understood as:` : 'What runs:';
  return join([title, '', ...describePlan(plan, { bytes: SUMMARY_BYTES })]);
}

/** All problems, for the summary of the job that finds them. */
export function summarizeRefusal(asked: Asked, problems: readonly string[]): string {
  const title = `${introduce(asked, false)}. Nothing was started, because of ${plural(problems.length, 'problem')}:`;
  return join(listSentences(title, problems, { bytes: SUMMARY_BYTES }));
}

function roomOf({ runUrl }: Asked, bytes: number): Room {
  return { bytes, allOfIt: runUrl };
}

function renderState(lines: readonly string[], startedAt: number | undefined): string[] {
  return [`<!-- state${startedAt === undefined ? '' : ` ${startedAt}`} -->`, '', ...lines, '', '<!-- /state -->'];
}

function mark({ marker }: Asked): string {
  return `<!-- ${marker.replace(/[<>\r\n]+/g, ' ')} -->`;
}

/** @param isFirst whether this is a new comment, in which a mention notifies the author */
function introduce({ author, command }: Asked, isFirst = true): string {
  // The login of an app, such as `dependabot[bot]`, cannot be mentioned.
  const isLogin = /^[a-z\d][\w-]{0,99}$/i.test(author);
  return `${isLogin ? `${isFirst ? '@' : ''}${author}` : quote(author)} wrote ${quote(command.trim(), LONGEST_COMMAND)}`;
}

function join(lines: readonly string[]): string {
  return `${lines.join('\n').trimEnd()}\n`;
}
