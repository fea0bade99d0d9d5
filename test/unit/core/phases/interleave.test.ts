import { describe, expect, test } from '@jest/globals';
import { interleavePlan } from '../../../../src/core/phases/interleave.js';
import { Layout } from '../../../../src/core/phases/layout.js';
import type { PlanSettings } from '../../../../src/core/phases/plan.js';
import { planOf } from '../../../worlds/phases.js';

const order = [
  { side: 'head', run: 1 },
  { side: 'base', run: 1 },
  { side: 'base', run: 2 },
  { side: 'head', run: 2 },
];
type Given = Readonly<Record<string, unknown>>;

const plan = (given: readonly Given[], settings: Partial<PlanSettings> = {}) =>
  interleavePlan(planOf(given, settings), ['base', 'head'], order);

/** Each phase of the plan with the places of what it needs, and its runs. */
function show(given: readonly Given[], settings: Partial<PlanSettings> = {}): readonly string[] {
  const { plan: made, problems } = plan(given, settings);
  expect(problems).toEqual([]);
  const layout = new Layout(made, 0);
  return made.phases.map(({ needs, runs, leftOut }, phase) => {
    const titles = runs.map((_, run) => layout.titleOf({ phase, run }).replaceAll(/CI_(SIDE|RUN)=/g, ''));
    return `${phase}: ${titles.join(' + ')} < ${needs.join(' ')}${leftOut === undefined ? '' : ' (left out)'}`;
  });
}

describe('The plan of two sides', () => {
  test('has all runs one after the other, what is before for both sides, and the cleanup at the end', () => {
    const given = [{ name: 'build' }, { name: 'bench', measure: true }, { name: 'clean', always: true }];
    expect(show(given)).toEqual([
      '0: build [base] + build [head] < ',
      '1: bench [head, 1] < 0',
      '2: bench [base, 1] < 1',
      '3: bench [base, 2] < 2',
      '4: bench [head, 2] < 3',
      '5: clean [base] + clean [head] < 0 4',
    ]);
  });

  test('has several measured phases as one run', () => {
    const given = [
      { name: 'start', measure: true },
      { name: 'bench', measure: true, needs: 'start' },
    ];
    const shown = show(given);
    expect(shown.slice(0, 4)).toEqual([
      '0: start [head, 1] < ',
      '1: bench [head, 1] < 0',
      '2: start [base, 1] < 1',
      '3: bench [base, 1] < 2',
    ]);
    expect(shown).toHaveLength(8);
    expect(plan(given).measured).toBe(2);
  });

  test('lets nothing run beside a measured phase', () => {
    const given = [
      { name: 'a', needs: [] },
      { name: 'bench', measure: true, needs: [] },
      { name: 'b', needs: [] },
      { name: 'c', needs: 'bench' },
      { name: 'd', always: true, needs: 'a' },
    ];
    const shown = show(given);
    expect(shown[1]).toBe('1: bench [head, 1] < 0');
    expect(shown.slice(5)).toEqual([
      '5: b [base] + b [head] < 4',
      '6: c [base] + c [head] < 4',
      '7: d [base] + d [head] < 0 4',
    ]);
  });

  test('multiplies a matrix of what is not measured by the sides', () => {
    const given = [
      { name: 'build', matrix: { A: [1, 2] } },
      { name: 'bench', measure: true },
    ];
    expect(show(given)[0]).toBe('0: build [base, A=1] + build [base, A=2] + build [head, A=1] + build [head, A=2] < ');
  });

  test('keeps what `only` and `skip` leave out', () => {
    const given = [{ name: 'build' }, { name: 'a', measure: true }, { name: 'x' }, { name: 'b', measure: true }];
    const shown = show(given, { skip: ['build', 'x'] });
    expect(shown[0]).toBe('0: build [base] + build [head] <  (left out)');
    expect(shown.slice(1, 3)).toEqual(['1: a [head, 1] < 0', '2: b [head, 1] < 1']);
    expect(shown.at(-1)).toBe('9: x [base] + x [head] < 8 (left out)');
  });

  test('gives each run its variables', () => {
    const { plan: made } = plan([{ name: 'bench', measure: true }]);
    expect(made.phases.map(({ runs }) => runs[0]!.variables)).toEqual(
      order.map(({ side, run }) => ({ CI_SIDE: side, CI_RUN: String(run) })),
    );
  });

  test('is refused where a phase that is not measured needs one that is further down', () => {
    const given = [
      { name: 'a', needs: 'bench' },
      { name: 'bench', measure: true, needs: [] },
    ];
    expect(plan(given).problems).toEqual([expect.stringContaining('phase `a` needs `bench`, further down')]);
  });

  test('is refused where a measured phase takes slots', () => {
    const given = [{ name: 'bench', measure: true, slots: 'build' }];
    const { problems } = plan(given, { slots: { build: 1 } });
    expect(problems).toEqual([expect.stringContaining('phase `bench` has `measure` and `slots`')]);
  });
});
