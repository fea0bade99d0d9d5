import { ENDED_BEFORE } from './plan.js';
import type { PhaseResult, Verdict } from './result.js';

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

const NOTHING = 'No phase ran, so nothing was tested.';
