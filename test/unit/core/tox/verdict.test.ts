import { describe, expect, test } from '@jest/globals';
import type { EnvironmentFacts, RunFacts } from '../../../../src/core/tox/facts.js';
import { summarizeEnvironments } from '../../../../src/core/tox/summary.js';
import { judgeTests } from '../../../../src/core/tox/verdict.js';
import type { ReportFiles } from '../../../../src/core/verdict/report-files.js';
import type { TestCase } from '../../../../src/core/verdict/results.js';
import { one, readClosing, resultsOf } from '../../../worlds/test-cases.js';

/** An environment `a` in which an unknown program succeeded, unless `more` says otherwise. */
const run = (more: Partial<EnvironmentFacts> = {}): EnvironmentFacts => ({
  name: 'a',
  skipped: false,
  success: true,
  commands: [command('./check', 0)],
  closing: readClosing(),
  files: [],
  results: resultsOf([]),
  ...more,
});
const command = (line: string, code: number) => ({ argv: line.split(' '), code });
/** A command that succeeded and printed these lines. */
const printed = (line: string, ...lines: string[]): Partial<EnvironmentFacts> => {
  const closing = readClosing(...lines);
  return { commands: [{ ...command(line, 0), ending: closing }], closing };
};
const facts = (environments: EnvironmentFacts[], more: Partial<RunFacts> = {}): RunFacts => ({
  exitCode: 0,
  environments,
  allow: { allowSkipped: false, allowIgnored: false },
  ...more,
});
const reported = (...cases: TestCase[]) =>
  run({ commands: [command('pytest', 0)], files: ['a.xml'], results: resultsOf(cases) });
const ALLOWED = { allow: { allowSkipped: true, allowIgnored: true } };

const [began, ended] = ['== test session starts ==', '== 1 passed in 0.1s =='];
const endedAndOpen: Partial<EnvironmentFacts> = {
  commands: [
    { ...command('pytest a', 0), ending: readClosing(began, ended) },
    { ...command('pytest b', 0), ending: readClosing(began, 'b.py .') },
  ],
  closing: readClosing(began, ended, began, 'b.py .'),
};

/** A run with the input `report`, whose file this run wrote. */
const report = (cases: readonly TestCase[], more: Partial<ReportFiles> = {}): RunFacts =>
  facts([run()], {
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

const failingPytest = { commands: [command('pytest', 1)], closing: readClosing('1 failed in 0.1s') };

describe('A run fails for', () => {
  test.each<[string, RunFacts, string]>([
    [
      'an exit code',
      facts([run({ success: false, commands: [command('./check', 3)] })], { exitCode: 3 }),
      'tests-failed: tox ended with exit code 3. a: check ended with exit code 3.',
    ],
    ['tox that ran nothing and failed', facts([], { exitCode: 1 }), 'tests-failed: tox ended with exit code 1.'],
    [
      'exit code 5 of an unknown program',
      facts([run({ success: false, commands: [command('./check', 5)] })], { exitCode: 5 }),
      'tests-failed: tox ended with exit code 5.',
    ],
    [
      'exit code 5 though tests were executed',
      facts([run({ success: false, commands: [command('pytest', 5)], closing: readClosing('3 passed in 0.1s') })], {
        exitCode: 5,
      }),
      'tests-failed: tox ended with exit code 5. a: pytest ended with exit code 5.',
    ],
    [
      'pytest that collected nothing',
      facts([run({ success: false, commands: [command('pytest', 5)], closing: readClosing('no tests ran in 0.0s') })], {
        exitCode: 5,
      }),
      'nothing-tested: a: no test was executed (“no tests ran”); pytest ended with exit code 5. tox ended with exit code 5.',
    ],
    [
      'a program that was killed',
      facts([run({ success: false, commands: [command('pytest', -9)] })], { exitCode: 247 }),
      'tests-failed: tox ended with exit code 247. a: pytest was ended by SIGKILL.',
    ],
    ['an environment without a command', facts([run({ commands: [] })]), 'nothing-tested: a: no command ran.'],
    [
      'no test, although tox succeeded',
      facts([run({ closing: readClosing('== 3 tests collected in 0.00s ==') })]),
      'nothing-tested: a: no test was executed (“3 tests collected”).',
    ],
    [
      'a test program without output',
      facts([run({ commands: [command('pytest -qq', 0)] })]),
      'nothing-tested: a: no test was executed.',
    ],
    [
      'only skipped tests in a report of this step',
      facts([reported(one('skipped'), one('skipped'))]),
      'nothing-tested: a: all tests were skipped (2).',
    ],
    ['a report of this step without tests', facts([reported()]), 'nothing-tested: a: no test was executed.'],
    [
      'a failure behind `-`',
      facts([run(failingPytest)]),
      'tests-failed: tox ended with exit code 0. a: tox ignored: pytest ended with exit code 1.',
    ],
    [
      'a failure that a script hides',
      facts([run({ results: resultsOf([one('failed'), one('passed')]), files: ['a.xml'] })]),
      'tests-failed: 1 test failed (tox ended with exit code 0).',
    ],
    [
      'a failure that a script hides, without a report',
      facts([run(printed('make test', 'Ran 2 tests in 0.1s', '', 'FAILED (failures=1)'))]),
      'tests-failed: tox ended with exit code 0. a: tox ignored: “Ran 2 tests: FAILED (failures=1)”.',
    ],
    [
      'a pytest that did not finish, in a script',
      facts([run(printed('make test', '== test session starts ==', 'a.py .'))]),
      'tests-failed: tox ended with exit code 0. a: pytest started but did not finish.',
    ],
    [
      'a pytest that did not finish after one that did',
      facts([{ ...reported(one('passed')), ...endedAndOpen }]),
      'tests-failed: tox ended with exit code 0. a: pytest started but did not finish.',
    ],
    [
      'a pytest that a time limit ended',
      facts([run({ success: false, commands: [command('pytest -q', 1)] })], { exitCode: 1 }),
      'tests-failed: tox ended with exit code 1. a: pytest ended with exit code 1.',
    ],
    [
      'the same in a script',
      facts([run({ success: false, commands: [command('make test', 1)], closing: readClosing(began, 'a.py .') })], {
        exitCode: 1,
      }),
      'tests-failed: tox ended with exit code 1. a: make ended with exit code 1.',
    ],
    [
      'tox that succeeded and left no result',
      facts([run({ commands: undefined, success: undefined })]),
      'nothing-tested: a: tox left no result, so nothing shows that a command ran.',
    ],
    [
      'an error of tox before anything ran',
      facts([run({ commands: undefined, success: undefined })], { exitCode: 1 }),
      'tests-failed: tox ended with exit code 1. a: tox failed before its commands.',
    ],
    [
      'a failure of an environment with `ignore_outcome`',
      facts([run({ success: false, commands: [command('flake8', 1)] })]),
      'tests-failed: tox ended with exit code 0. a: tox ignored: flake8 ended with exit code 1.',
    ],
    [
      'a failure behind `-` when nothing else shows a test',
      facts([run({ commands: [command('./check', 1), command('./other', 0)] })]),
      'tests-failed: tox ended with exit code 0. a: tox ignored: check ended with exit code 1.',
    ],
    ['a skipped environment', facts([run({ skipped: true })], ALLOWED), 'nothing-tested: tox skipped a.'],
    [
      'one of several that was skipped',
      facts([reported(one('passed')), run({ name: 'b', skipped: true })]),
      'nothing-tested: tox skipped b.',
    ],
    [
      'one of several in which nothing was executed',
      facts([reported(one('passed')), { ...reported(one('skipped')), name: 'b' }]),
      'nothing-tested: b: all tests were skipped (1).',
    ],
    [
      'a missing report',
      report([], { files: [] }),
      'nothing-tested: `report` is "r.xml", and the tests wrote no such file.',
    ],
    ['an old report', report([], { files: [], stale: ['r.xml'] }), 'r.xml existed before the tests started'],
    ['a report without tests', report([]), 'nothing-tested: r.xml has no test in it.'],
    ['a report of skipped tests', report([one('skipped')]), 'nothing-tested: All tests were skipped (1).'],
    [
      'an unreadable report, and nothing else',
      report([], { broken: ['s.xml: line 1'] }),
      'nothing-tested: A report cannot be read: s.xml: line 1.',
    ],
    [
      'a failure that tox did not report',
      report([one('passed'), one('failed')]),
      'tests-failed: 1 test failed (tox ended with exit code 0).',
    ],
    [
      'a failed test together with exit code 5',
      { ...report([one('failed')]), exitCode: 5 },
      'tests-failed: 1 test failed',
    ],
  ])('%s', (_, given, said) => {
    const { failure } = judgeTests(given);
    expect(`${failure?.code}: ${failure?.message}`).toContain(said);
  });

  test.each([
    [facts([run(failingPytest)]), '`allow-ignored-failures: true`'],
    [facts([run(), run({ name: 'b', skipped: true })]), '`allow-skipped: true`'],
    [facts([run({ success: false, commands: [command('pytest', 137)] })], { exitCode: 137 }), 'larger machine'],
  ])('%# with a hint', (given, hint) => expect(judgeTests(given).failure?.hint).toContain(hint));
});

test('An environment that passed is not blamed for an ignored command when another environment failed', () => {
  const good = { ...reported(one('passed')), commands: [command('rm x', 1), command('pytest', 0)] };
  const { environments } = judgeTests(facts([good, run({ name: 'b', success: false })], { exitCode: 1 }));
  expect(environments.map(({ state }) => state)).toEqual(['passed', 'failed']);
});

test('The row of a single environment has the failures in `report`', () => {
  const { environments } = judgeTests(report([one('passed'), one('failed')]));
  expect(environments).toMatchObject([{ state: 'failed', message: 'tox ignored: 1 test failed' }]);
});

describe('A run passes with', () => {
  test.each<[string, RunFacts, RegExp]>([
    ['a test that passed', facts([run({ closing: readClosing('1 passed in 0.1s') })]), /closing lines \(“1 passed”\)/],
    [
      'a report of this step',
      facts([reported(one('passed'), one('skipped'))]),
      /JUnit of the test program \(2 tests\)/,
    ],
    ['a report with a test that passed', report([one('passed'), one('skipped')]), /the files of `report`/],
    [
      'a nested run that failed, as it should',
      facts([run(printed('./check', 'Ran 1 test in 0.1s', 'FAILED (errors=1)', 'Ran 2 tests in 0.1s', 'OK'))]),
      /Ran 2 tests: OK/,
    ],
    [
      'a failure that a script hides, when allowed',
      facts([run(printed('make test', '1 failed, 1 passed in 0.1s'))], ALLOWED),
      /1 failed, 1 passed/,
    ],
    [
      'a pytest with another closing line, and a report',
      facts([{ ...reported(one('passed')), ...printed('pytest', began) }]),
      /JUnit of the test program \(1 test\)/,
    ],
    [
      'closing lines together with a report of skipped tests',
      facts([{ ...reported(one('skipped')), ...printed('make test', 'Ran 1 test in 0.1s', 'OK') }]),
      /JUnit of the test program \(1 test\), closing lines \(“Ran 1 test: OK”\)/,
    ],
    ['an unknown program, by its exit code', facts([run()]), /no test program is known/],
    [
      'closing lines when tox left no result',
      facts([run({ commands: undefined, closing: readClosing('1 passed in 1s') })]),
      /1 passed/,
    ],
    [
      'a failed command behind `-` that is no test',
      facts([{ ...reported(one('passed')), commands: [command('rm x', 1), command('pytest', 0)] }]),
      /JUnit/,
    ],
    ['an ignored failure, when allowed', facts([run(failingPytest)], ALLOWED), /1 failed/],
    [
      'one of two environments skipped, when allowed',
      facts([reported(one('passed')), run({ name: 'b', skipped: true })], ALLOWED),
      /JUnit/,
    ],
    ['one of two reports unreadable', report([one('passed')], { broken: ['s.xml: line 1'] }), /report/],
  ])('%s', (_, given, rests) => {
    const { failure, environments } = judgeTests(given);
    expect(failure).toBeUndefined();
    expect(environments[0]!.evidence).toMatch(rests);
  });

  test('warnings about what users should know', () => {
    const ignored = facts([run(failingPytest), run({ name: 'b', skipped: true })], ALLOWED);
    expect(judgeTests(ignored).warnings).toEqual(['a: tox ignored: pytest ended with exit code 1.', 'tox skipped b.']);
    expect(judgeTests(report([one('passed')], { broken: ['s.xml: line 1'] })).warnings).toEqual([
      'A report cannot be read to its end: s.xml: line 1.',
    ]);
  });
});

test('Each environment has a row with its verdict and the evidence', () => {
  const { environments } = judgeTests(
    facts([reported(one('passed')), run({ name: 'b|c', skipped: true }), run({ name: 'd', commands: [] })]),
  );
  expect(summarizeEnvironments(environments).split('\n')).toEqual([
    '| Environment | Verdict | The verdict rests on |',
    '| --- | --- | --- |',
    '| a | passed | JUnit of the test program (1 test) |',
    '| b\\|c | skipped: tox skipped it |  |',
    '| d | untested: no command ran |  |',
    '',
  ]);
});
