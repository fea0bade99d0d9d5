/** What is wrong with a command, all of it, and what its author hardly means. */
import { describe, expect, test } from '@jest/globals';
import { makePlan, type Planning } from '../../../../src/core/command/plan.js';

const PRESETS = 'ci_presets: {gpu: {size: 2}}\nsize: 1\n';
const ALWAYS = 'exec_list: {build: true, load: true, report: true}';

function plan(comment: string, phases = ALWAYS): Planning {
  return makePlan({
    sha: '1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d',
    comment: { text: comment, source: 'the comment' },
    testName: 'perf',
    testNames: [],
    config: { path: 'config.yaml', text: PRESETS + phases },
    language: 'both',
    presets: [],
    overrides: [],
    environments: [],
    otherArguments: 'refuse',
    phases: [],
    machine: {},
  });
}

describe('All problems of a comment', () => {
  test('are named at once, those of its lines and those of its names', () => {
    expect(plan('/test perf gpo\n/var size=5\n/skip reprot\n/var sise.x: 1')).toEqual({
      kind: 'refused',
      problems: [
        'the comment, line 2: `/var size=5` has `=`; write `key: value`, here `/var size: 5`.',
        'the comment, line 4: `sise.x` does not exist; did you mean `size`?',
        'the comment, line 1: `gpo` is not a preset; did you mean `gpu`?',
        'the comment, line 3: `reprot` is not a phase; did you mean `report`?',
      ],
    });
  });

  test('are named with those of the file', () => {
    expect(plan('/test perf\n/var size=5', 'a: [')).toEqual({
      kind: 'refused',
      problems: [expect.stringContaining('write `key: value`'), expect.stringContaining('config.yaml, line 3')],
    });
  });

  test('are not guessed where two commands contradict each other', () => {
    expect(plan('/test perf gpo\n/test perf gpu')).toEqual({
      kind: 'refused',
      problems: [expect.stringContaining('are two commands')],
    });
  });

  test('are all that a comment with one has: it runs nothing', () => {
    expect(plan('/test perf gpu\n/var size=5')).toMatchObject({ kind: 'refused', problems: { length: 1 } });
  });
});

describe('Phases', () => {
  test('that the file leaves out are explained by its line', () => {
    expect(plan('/test perf', 'exec_list: {build: false, load: null}')).toHaveProperty('plan.phases', [
      { name: 'build', runs: false, why: '`exec_list.build: false` (the configuration, line 3)' },
      { name: 'load', runs: true },
    ]);
    expect(plan('/test perf', 'exec_list: {_only_: true, build: true, load: null}')).toHaveProperty('plan.phases', [
      { name: 'build', runs: true },
      { name: 'load', runs: false, why: 'not in `exec_list._only_: true` (the configuration, line 3)' },
    ]);
  });

  const warningsOf = (comment: string, phases?: string) => {
    const planning = plan(comment, phases);
    return planning.kind === 'plan' ? planning.plan.warnings : planning;
  };

  test('that are all `true` in the file run with `/only`, too, and a warning says so', () => {
    expect(warningsOf('/test perf\n/only load')).toEqual([
      'the comment, line 2: `/only` leaves nothing out, because `true` in the configuration means in every run: `build`, `report`. Write `null` there for phases that `/only` may leave out.',
    ]);
  });

  test.each([
    ['/test perf\n/only build, load, report', ALWAYS],
    ['/test perf\n/only load', 'exec_list: {build: null, load: null, report: true}'],
    ['/test perf\n/skip load', ALWAYS],
  ])('of %j have no warning', (comment, phases) => {
    expect(warningsOf(comment, phases)).toEqual([]);
  });

  test.each(['"a, b"', '"a b"', '"a\\nb"', '""'])('cannot have the name %s, which the output would divide', (name) => {
    expect(plan('/test perf', `exec_list: {${name}: null, load: null}`)).toEqual({
      kind: 'refused',
      problems: [expect.stringMatching(/`exec_list` of the configuration has the phase `.*`; allowed: names without/)],
    });
  });
});
