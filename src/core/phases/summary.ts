import { cell, code, shorten, tableLines } from '../kernel/markdown.js';
import { plural } from '../kernel/plural.js';
import { Layout, renderDuration, renderFinished } from './layout.js';
import type { PhasePlan } from './plan.js';
import type { PhaseResult, PhasesOutcome } from './result.js';
import type { RunOutcome } from './schedule.js';

const MOST_ROWS = 200;
const MOST_REASONS = 30;
const LONGEST_CELL = 300;

/** What a summary is about, beside the outcome. */
export interface PhasesSubject {
  readonly name: string;
  readonly artifacts: string;
  /** A sentence, if EC2 took the machine away: then there is no verdict. */
  readonly interruption?: string;
  /** Whether the step is ended before the phases have. */
  readonly isCanceled?: boolean;
}

/** What a reader looks for first. */
const RANK: Readonly<Record<RunOutcome, number>> = { failed: 0, cancelled: 1, stopped: 2, passed: 3, 'left-out': 4 };

/** The verdict and its first reason. Plain text. */
export function describeVerdict({ verdict, reasons, results }: PhasesOutcome): string {
  const count = (wanted: RunOutcome): number => results.filter(({ outcome }) => outcome === wanted).length;
  const left = count('left-out') > 0 ? `, ${count('left-out')} left out` : '';
  if (verdict === 'passed') return `passed: ${plural(count('passed'), 'phase')}${left}.`;
  return reasons[0]!;
}

/** The job summary, in Markdown. */
export function summarizePhases(
  outcome: PhasesOutcome,
  { name, artifacts, interruption, isCanceled }: PhasesSubject,
): string {
  const { results, verdict, reasons } = outcome;
  const rows = results.length > MOST_ROWS ? results.toSorted((a, b) => RANK[a.outcome] - RANK[b.outcome]) : results;
  const more = reasons.slice(0, MOST_REASONS).map((one) => `- ${cell(shorten(one, LONGEST_CELL))}`);
  const rest = results.length - MOST_ROWS;
  return [
    `### ${cell(name)}: ${interruption !== undefined ? 'interrupted' : isCanceled ? 'canceled' : verdict}`,
    '',
    cell(interruption ?? renderFinished(name, outcome)),
    '',
    ...(more.length > 0 ? [...more, ''] : []),
    ...tableLines(['Phase', 'Outcome', { right: 'Took' }, 'Why'], rows.slice(0, MOST_ROWS).map(toCells)),
    '',
    ...(rest > 0 ? [`… and ${plural(rest, 'more phase')}.`, ''] : []),
    `Artifacts: ${cell(code(artifacts))}`,
    '',
  ].join('\n');
}

function toCells(result: PhaseResult): string[] {
  const { title, outcome, reasons, isLate } = result;
  const why = outcome === 'passed' ? '' : (reasons[0] ?? '');
  return [
    title,
    isLate ? `${outcome} (by the post step)` : outcome,
    renderDuration(result),
    shorten(why, LONGEST_CELL),
  ];
}

/** What is about to run, one line each: the runs of matrices, and what waits for what. Plain text. */
export function describePlan(plan: PhasePlan): readonly string[] {
  const layout = new Layout(plan, 0);
  return plan.phases.flatMap(({ phase, needs, runs, leftOut }, at) => {
    const after = needs.map((need) => plan.phases[need]!.phase.name).join(', ');
    const slots = Object.entries(phase.slots).map(([kind, count]) => `${count} of ${kind}`);
    const about = [
      ...(leftOut === undefined ? [] : [`does not run: ${leftOut}`]),
      ...(phase.always ? ['always'] : []),
      ...(after === '' ? [] : [`after ${after}`]),
      ...(slots.length === 0 ? [] : [`takes ${slots.join(', ')}`]),
    ];
    const end = about.length === 0 ? '' : ` (${shorten(about.join('; '), LONGEST_CELL)})`;
    return runs.map((_, run) => `${layout.titleOf({ phase: at, run })}${end}`);
  });
}
