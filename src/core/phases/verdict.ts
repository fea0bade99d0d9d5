import { shorten } from '../kernel/markdown.js';
import { ENDED_BEFORE } from './plan.js';
import type { PhaseResult, PhasesOutcome, Verdict } from './result.js';

/**
 * Judges a run. Green needs a phase that passed, and none that failed, was stopped or was canceled. A phase that always
 * runs is no test, so it is enough only where the user left out all others.
 *
 * @param unwritten artifacts that could not be written, as sentences
 */
export function judge(results: readonly PhaseResult[], unwritten: readonly string[]): Verdict {
  const failed = results.filter(({ outcome }) => outcome === 'failed');
  const rest = results.filter(({ outcome }) => outcome === 'stopped' || outcome === 'cancelled');
  const hasEvidence = isTested(results) || failed.length > 0 || rest.some(({ beganAt }) => beganAt !== undefined);
  const hasCleanup = results.some(({ outcome }) => outcome === 'passed');
  const nothing = hasEvidence ? [] : [hasCleanup ? ONLY_ALWAYS : NOTHING];
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

function isTested(results: readonly PhaseResult[]): boolean {
  const passed = results.filter(({ outcome }) => outcome === 'passed');
  const others = results.filter(({ isAlways }) => isAlways !== true);
  // With `only` or `skip`, they did not begin.
  const areLeftOut = others.every(({ outcome, beganAt }) => outcome === 'left-out' && beganAt === undefined);
  return passed.some(({ isAlways }) => isAlways !== true) || (passed.length > 0 && areLeftOut);
}

/** Characters of a line of a phase's output, which reaches outputs and answers. */
export const LONGEST_SAID = 300;

/** Why a run failed, in one line: what failed first, and the last line that it printed. '' if the run passed. */
export function describeReason({ results, reasons: [first = ''] }: Pick<PhasesOutcome, 'results' | 'reasons'>): string {
  const failed = results.find(({ outcome }) => outcome === 'failed');
  const said = failed?.reasons
    .slice(1)
    .findLast((line) => line.trim() !== '' && !line.startsWith(`${failed.title} failed: `));
  return said === undefined || first.includes(said.trim())
    ? first
    : `${first} It said: ${shorten(said.trim(), LONGEST_SAID)}`;
}

const NOTHING = 'No phase ran, so nothing was tested.';
const ONLY_ALWAYS = 'Only phases that always run have passed, so nothing was tested.';
