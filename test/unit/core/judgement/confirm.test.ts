import { describe, expect, test } from '@jest/globals';
import { applySuspicion } from '../../../../src/core/judgement/confirm.js';
import type { Verdict } from '../../../../src/core/judge/verdict.js';

const verdict = (name: string, state: Verdict['state'], isWorse = state === 'regression'): Verdict => ({
  name,
  state,
  reasons: ['Why.'],
  ...(isWorse && { isWorse, comparison: { outcome: 'change', before: 1, after: 2 } }),
});
const statesOf = (verdicts: readonly Verdict[]) => verdicts.map(({ name, state }) => [name, state]);

describe('Two runs on two machines', () => {
  test('the first one suspects', () => {
    const [one] = applySuspicion([verdict('a', 'regression')], { areSuspected: true });
    expect([one!.state, one!.reasons.length]).toEqual(['regression', 2]);
  });

  test('the second one confirms what both say, and nothing else', () => {
    const verdicts = [verdict('a', 'regression'), verdict('b', 'regression'), verdict('c', 'passed')];
    const judged = applySuspicion(verdicts, { areSuspected: false, confirm: ['a', 'c', 'gone'] });
    expect(statesOf(judged)).toEqual([
      ['gone', 'missing'],
      ['a', 'regression'],
      ['b', 'passed'],
      ['c', 'passed'],
    ]);
    expect(judged[2]).toMatchObject({ isWorse: false, comparison: { outcome: 'no-change' } });
    expect(judged[3]!.reasons).toHaveLength(2);
  });

  test('a single run is as it is', () => {
    const verdicts = [verdict('a', 'regression'), verdict('b', 'missed')];
    expect(applySuspicion(verdicts, { areSuspected: false })).toEqual(verdicts);
  });
});
