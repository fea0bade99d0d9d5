import { expect, test } from '@jest/globals';
import { inspectArtifacts } from '../../../../src/core/phases/artifacts.js';
import { listEntryPoints } from '../../../../src/core/phases/entry-points.js';
import { Layout, renderDuration, renderFinished } from '../../../../src/core/phases/layout.js';
import { readPhases } from '../../../../src/core/phases/read-phases.js';
import { describePlan } from '../../../../src/core/phases/summary.js';
import { planOf } from '../../../worlds/phases.js';

test('folders go on with the numbers of earlier ones', () => {
  expect(inspectArtifacts(['000__a', '007__b', 'FINISHED', 'x'])).toEqual({
    offset: 8,
    stale: ['FINISHED'],
    problems: [],
  });
  expect(inspectArtifacts([])).toEqual({ offset: 0, stale: [], problems: [] });
  const layout = new Layout(planOf([{ name: 'a' }, { name: 'b' }]), 8);
  expect(layout.listRuns().map((id) => layout.folderOf(id))).toEqual(['008__a', '009__b']);
  expect(layout.journal).toBe('phases-008.jsonl');
});

test.each(['FAILURE', 'FAILURES'])('an old %s is a problem', (name) => {
  expect(inspectArtifacts([name]).problems).toEqual([
    `\`artifacts\` names a folder that has a file ${name} of an earlier run; allowed: a folder without one, because it would make this run red.`,
  ]);
});

test.each([
  [372_900, '00 hours 06 minutes 12 seconds'],
  [0, '00 hours 00 minutes 00 seconds'],
  [360_059_000, '100 hours 00 minutes 59 seconds'],
])('%i ms are %s', (endedAt, text) => {
  expect(renderFinished('a', { verdict: 'passed', beganAt: 0, endedAt })).toBe(`Test of 'a' succeeded after ${text}.`);
});

test.each([
  [undefined, ''],
  [3_240, '3.2 s'],
  [59_990, '59.9 s'],
  [372_900, '6 min 12 s'],
  [5_430_000, '1 h 30 min'],
])('a phase of %s ms took %j', (endedAt, text) => {
  const result = { title: 'a', folder: '000__a', outcome: 'passed', reasons: [], beganAt: 0 } as const;
  expect(renderDuration({ ...result, ...(endedAt !== undefined && { endedAt }) })).toBe(text);
});

test('the entry points of a program are phases in their order', () => {
  const text =
    'def test_ci():\n  pass\ndef prepare_ci(a=1):\n  pass\n  def post_cleanup_ci(): pass\ndef other(): pass\n';
  const { phases, problems } = readPhases(listEntryPoints("testing/it's.py", text));
  expect(problems).toEqual([]);
  expect(phases.map(({ name, always }) => [name, always])).toEqual([
    ['prepare_ci', false],
    ['test_ci', false],
    ['post_cleanup_ci', true],
  ]);
  expect(phases[0]!.run).toContain(`exec './testing/it'\\''s.py' prepare_ci`);
  expect(listEntryPoints('a.py', 'print(1)')).toEqual([]);
});

test('the plan is described with all runs, what they wait for and what they take', () => {
  const plan = planOf(
    [
      { name: 'build', slots: 'cpu' },
      { name: 'test', matrix: { A: [1, 2] } },
      { name: 'end', always: true },
    ],
    { slots: { cpu: 1 }, skip: ['end'] },
  );
  expect(describePlan(plan)).toEqual([
    'build (takes 1 of cpu)',
    'test [A=1] (after build)',
    'test [A=2] (after build)',
    'end (does not run: `skip` names it; always; after build, test)',
  ]);
});
