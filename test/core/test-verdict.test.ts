import { describe, expect, test } from '@jest/globals';
import { createTally, type Tally } from '../../src/core/test-output.js';
import { TestResults, type TestCase } from '../../src/core/test-results.js';
import { judgeTests, type Evidence } from '../../src/core/test-verdict.js';

function count(...lines: string[]): Tally {
  const tally = createTally();
  for (const line of lines) tally.read(line);
  return tally.result();
}

const one = (outcome: TestCase['outcome'], more: Partial<TestCase> = {}): TestCase => ({
  name: `test_${outcome}`,
  place: 'tests.a',
  outcome,
  seconds: 1,
  message: '',
  ...more,
});

function resultsOf(cases: readonly TestCase[]): TestResults {
  const results = new TestResults();
  for (const one of cases) results.add(one);
  return results;
}

/** As a report that was asked for, written by this run. */
const report = (cases: readonly TestCase[], more: Partial<NonNullable<Evidence['reports']>> = {}): Evidence => ({
  exitCode: 0,
  tally: count(),
  reports: {
    pattern: 'r.xml',
    results: resultsOf(cases),
    files: ['r.xml'],
    stale: [],
    broken: [],
    unreadable: [],
    ...more,
  },
});

describe('The closing lines of', () => {
  test.each([
    ['pytest', '===== 2 failed, 3 passed, 1 skipped, 4 warnings in 0.12s =====', { executed: 5, skipped: 1 }],
    ['pytest with colours', '\u001b[32m===== \u001b[1m3 passed\u001b[0m in 1.2s =====\u001b[0m', { executed: 3 }],
    ['pytest, quiet', '3 passed in 0.12s', { executed: 3 }],
    ['pytest, long', '== 1 passed, 2 errors in 62.01s (0:01:02) ==', { executed: 3 }],
    ['pytest with expected failures', '== 1 xfailed, 1 xpassed, 5 deselected in 0.1s ==', { executed: 2 }],
    ['pytest without tests', '============ no tests ran in 0.00s ============', { executed: 0, lines: 1 }],
    ['pytest with skipped ones only', '== 2 skipped in 0.01s ==', { executed: 0, skipped: 2, lines: 1 }],
    ['pytest with deselected ones only', '== 5 deselected in 0.01s ==', { executed: 0, lines: 1 }],
    ['unittest', 'Ran 3 tests in 0.001s', { executed: 3 }],
    ['unittest without tests', 'Ran 0 tests in 0.000s', { executed: 0, lines: 1 }],
    ['another program', 'Compared 3 images in 2s', { executed: 0, lines: 0 }],
  ])('%s are counted', (_, line, counted) => {
    expect(count(line)).toMatchObject(counted);
  });

  test('unittest are less what it skipped', () => {
    expect(count('Ran 3 tests in 0.001s', '', 'OK (skipped=3)')).toMatchObject({ executed: 0, skipped: 3 });
  });

  test('several programs add up', () => {
    expect(count('1 passed in 0.1s', '== no tests ran in 0.00s ==')).toMatchObject({ executed: 1, lines: 2 });
  });

  test('tox tell when it left the environment out, and not when another one ran', () => {
    expect(count('  py3-a: SKIP in 0.01 seconds').leftOut).toBe(true);
    expect(count('SKIPPED:  py3-a: InterpreterNotFound: python3.9').leftOut).toBe(true);
    expect(count('  py3-a: SKIP in 0.01 seconds', '  py3-b: OK (1.2 seconds)').leftOut).toBe(false);
    expect(count('  py3-a: commands succeeded').leftOut).toBe(false);
  });
});

describe('Red is', () => {
  test.each<[string, Evidence, string]>([
    ['an exit code', { exitCode: 1, tally: count('1 passed in 0.1s') }, 'tests-failed: tox ended with exit code 1.'],
    ['pytest’s exit code for nothing', { exitCode: 5, tally: count() }, 'nothing-tested: No test was collected'],
    [
      'no test, though tox ended well',
      { exitCode: 0, tally: count('== no tests ran in 0.00s ==') },
      'nothing-tested: No test was run.',
    ],
    [
      'only skipped tests',
      { exitCode: 0, tally: count('== 2 skipped in 0.01s ==') },
      'nothing-tested: All 2 tests were skipped.',
    ],
    [
      'an environment that tox skips',
      { exitCode: 0, tally: count('  py3-a: SKIP in 0.01 seconds') },
      'nothing-tested: tox skipped',
    ],
    [
      'a missing report',
      report([], { files: [] }),
      'nothing-tested: `report` is "r.xml", and the tests wrote no such file.',
    ],
    ['an old report', report([], { files: [], stale: ['r.xml'] }), 'r.xml was there before the tests began'],
    ['a report without tests', report([]), 'nothing-tested: r.xml has no test in it.'],
    ['a report of skipped tests', report([one('skipped')]), 'nothing-tested: All 1 tests were skipped.'],
    [
      'a report that is none',
      report([], { broken: ['s.xml: line 1'] }),
      'nothing-tested: A report cannot be read: s.xml: line 1.',
    ],
    [
      'a failure that tox kept to itself',
      report([one('passed'), one('failed')]),
      'tests-failed: 1 test failed (tox ended well).',
    ],
    ['a failed test beside exit code 5', { ...report([one('failed')]), exitCode: 5 }, 'tests-failed: 1 test failed'],
  ])('%s', (_, evidence, said) => {
    const { failure } = judgeTests(evidence);
    expect(`${failure?.code}: ${failure?.message}`).toContain(said);
  });
});

describe('Green is', () => {
  test.each<[string, Evidence]>([
    ['a test that passed', { exitCode: 0, tally: count('1 passed in 0.1s') }],
    ['a report with one', report([one('passed'), one('skipped')])],
    ['a report with one beside a broken report', report([one('passed')], { broken: ['s.xml: it is empty'] })],
    ['a program that is not known, at its word', { exitCode: 0, tally: count('all is well') }],
  ])('%s', (_, evidence) => {
    expect(judgeTests(evidence).failure).toBeUndefined();
  });
});
