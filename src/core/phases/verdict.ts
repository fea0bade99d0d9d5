import { shorten } from '../kernel/markdown.js';
import { ENDED_BEFORE } from './plan.js';
import type { PhaseResult, PhasesOutcome, Verdict } from './result.js';

/**
 * Judges a run. Green needs a phase that passed, and none that failed, was stopped or was canceled.
 *
 * @param unwritten artifacts that could not be written, as sentences
 */
export function judge(results: readonly PhaseResult[], unwritten: readonly string[]): Verdict {
  const failed = results.filter(({ outcome }) => outcome === 'failed');
  const rest = results.filter(({ outcome }) => outcome === 'stopped' || outcome === 'cancelled');
  const nothing = results.some(({ outcome }) => outcome === 'passed') || failed.length > 0 ? [] : [NOTHING];
  const tested = [
    ...failed.map(({ title, reasons: [first] }) => first ?? `${title} failed.`),
    ...rest.map(({ title, beganAt, reasons: [why = ENDED_BEFORE] }) =>
      beganAt === undefined ? `${title} did not run: ${why}.` : why,
    ),
  ];
  const reasons = [...tested, ...nothing, ...unwritten];
  if (reasons.length === 0) return { verdict: 'passed', reasons };
  const code = tested.length > 0 ? 'phases-failed' : nothing.length > 0 ? 'nothing-tested' : 'artifacts-unwritable';
  return { verdict: 'failed', reasons, code };
}

/** Characters of a line of a phase's output, which reaches outputs and answers. */
export const LONGEST_SAID = 300;

/** Why a run failed, in one line: what failed first, and the last line that it printed. '' if the run passed. */
export function describeReason({ results, reasons: [first = ''] }: Pick<PhasesOutcome, 'results' | 'reasons'>): string {
  const failed = results.find(({ outcome }) => outcome === 'failed');
  const said = failed?.reasons.slice(1).findLast((line) => line.trim() !== '');
  return said === undefined || first.includes(said.trim())
    ? first
    : `${first} It said: ${shorten(said.trim(), LONGEST_SAID)}`;
}

const NOTHING = 'No phase ran, so nothing was tested.';
