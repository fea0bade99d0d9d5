import { STATES, type VerdictState } from '../judge/verdict.js';
import { plural } from '../kernel/plural.js';
import type { JudgedMetric, Judgement } from './judgement.js';

/** What a whole run is. `undecided`: nothing failed, but there are too few runs to say more. */
export type RunState = 'passed' | 'failed' | 'undecided' | 'suspected';

/** A sign that is told apart by more than its color: the word beside it. */
export const SIGNS: Readonly<Record<RunState, string>> = {
  passed: '🟢',
  failed: '🔴',
  undecided: '🟡',
  suspected: '🟠',
};

export function stateOf({ conclusion, suspected = [] }: Judgement): RunState {
  if (conclusion.code > 0) return 'failed';
  if (suspected.length > 0) return 'suspected';
  return conclusion.passed ? 'passed' : 'undecided';
}

/** The verdict and its first reason: `failed. 2 metrics are beyond the threshold.` Plain text. */
export function describeOutcome(judgement: Judgement): string {
  const state = stateOf(judgement);
  const [first] = judgement.conclusion.reasons;
  if (state === 'suspected') {
    const count = plural(judgement.suspected!.length, 'metric');
    return `suspected. ${count} may have become worse; a second run on a fresh machine decides.`;
  }
  if (state === 'passed') return `passed. ${countStates(judgement.metrics)}.`;
  return first === undefined ? `${state}.` : `${state}. ${first}`;
}

/** States in words, as they stand behind a count. */
export const COUNTED: Readonly<Record<VerdictState, string>> = {
  refused: 'cannot be judged',
  missing: 'missing',
  missed: 'beyond the threshold',
  regression: 'worse',
  undecided: 'undecided',
  passed: 'passed',
  unjudged: 'not judged',
};

/** What users can do about metrics of a state. Markdown. */
export const ADVICE: Readonly<Partial<Record<VerdictState, string>>> = {
  refused: 'Correct the program that writes the value, or the threshold that has no answer for it.',
  missing: 'Let the benchmark write the metric again, or correct its name in `thresholds`.',
  missed: 'Find the change that moved the metric. If the new value is right, change the threshold.',
  regression:
    'Find the change that made it worse. If it is wanted, leave it: later runs are compared with the new level.',
  undecided:
    'If there are too few runs, measure more. If a direction is unknown, say in `better` which values are better.',
};

/** `12 metrics: 1 beyond the threshold, 11 passed`. */
export function countStates(metrics: readonly JudgedMetric[]): string {
  const counts = new Map<VerdictState, number>();
  for (const { verdict } of metrics) counts.set(verdict.state, (counts.get(verdict.state) ?? 0) + 1);
  const words = STATES.flatMap((state) => (counts.has(state) ? [`${counts.get(state)!} ${COUNTED[state]}`] : []));
  return [plural(metrics.length, 'metric'), ...(words.length > 0 ? [words.join(', ')] : [])].join(': ');
}

/** Whether readers should look at a metric: it did not pass, or it changed. */
export function isNotable({ verdict: { state, comparison } }: JudgedMetric): boolean {
  return isBad(state) || comparison?.outcome === 'change';
}

export function isBad(state: VerdictState): boolean {
  return state !== 'passed' && state !== 'unjudged';
}

/** `4 of 9 metrics passed, 2 are not judged.` */
export function countPassed(metrics: readonly JudgedMetric[]): string {
  const count = (state: VerdictState): number => metrics.filter(({ verdict }) => verdict.state === state).length;
  const unjudged = count('unjudged');
  const rest = unjudged === 0 ? '' : `, ${unjudged} ${unjudged === 1 ? 'is' : 'are'} not judged`;
  return `${count('passed')} of ${plural(metrics.length, 'metric')} passed${rest}.`;
}

/** What the run was compared with. */
export function describeBaseline({ comparedWith }: Judgement): string {
  return comparedWith === undefined ? 'Compared with nothing.' : `Compared with ${comparedWith}.`;
}

/** Where and when a run was measured. Names of others are in backticks. */
export function describeOrigin({ machine, commit, at }: Judgement): string {
  const { type, image, kernel } = machine;
  const more = [...(image ? [`image \`${image}\``] : []), ...(kernel ? [`kernel \`${kernel}\``] : [])];
  const details = more.length > 0 ? ` (${more.join(', ')})` : '';
  const where = type === undefined ? `on a machine of unknown type${details}` : `on \`${type}\`${details}`;
  const when = new Date(at).toISOString().slice(0, 16).replace('T', ' ');
  return `Measured ${where} at commit \`${commit.slice(0, 12)}\`, ${when} UTC.`;
}
