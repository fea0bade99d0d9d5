import type { Verdict } from '../judge/verdict.js';

interface Suspicion {
  readonly areSuspected: boolean;
  readonly confirm?: readonly string[];
}

/**
 * What two runs on two machines say together. A regression that only one of them finds is what noise looks like, and the
 * machine of the first run is gone.
 */
export function applySuspicion(verdicts: readonly Verdict[], { areSuspected, confirm }: Suspicion): readonly Verdict[] {
  const suspected = confirm && new Set(confirm);
  const names = new Set(verdicts.map(({ name }) => name));
  const gone = (confirm ?? []).filter((name) => !names.has(name));
  const missing = gone.map((name): Verdict => ({ name, state: 'missing', reasons: [GONE] }));
  const judged = verdicts.map((verdict): Verdict => {
    const { name, state, reasons } = verdict;
    const isRegression = state === 'regression';
    if (areSuspected && isRegression) return { ...verdict, reasons: [...reasons, SUSPECTED] };
    if (!suspected) return verdict;
    if (isRegression && !suspected.has(name)) return toNoise(verdict);
    if (isRegression) return { ...verdict, reasons: [...reasons, CONFIRMED] };
    return suspected.has(name) && state === 'passed' ? { ...verdict, reasons: [...reasons, NOT_NOW] } : verdict;
  });
  return [...missing, ...judged];
}

function toNoise(verdict: Verdict): Verdict {
  const { comparison, reasons } = verdict;
  return {
    ...verdict,
    state: 'passed',
    isWorse: false,
    reasons: [NOT_BEFORE, ...reasons],
    ...(comparison && { comparison: { ...comparison, outcome: 'no-change' } }),
  };
}

const GONE = 'The first run found it worse, and these results do not have it.';

const SUSPECTED = 'It is a suspicion until a run on another machine confirms it.';
const CONFIRMED = 'Two runs on two machines say so.';
const NOT_BEFORE = 'It is worse only in this run, and not in the first one, so it counts as noise.';
const NOT_NOW = 'The first run found it worse, and this one on another machine does not.';
