import { describe, expect, test } from '@jest/globals';
import { summarizeEnvironments } from '../../../../src/core/verdict/environment-table.js';
import type { EnvironmentEvidence } from '../../../../src/core/verdict/environment-verdict.js';
import { createTally, createToxReader, type Tally } from '../../../../src/core/verdict/test-output.js';
import type { TestCase } from '../../../../src/core/verdict/test-results.js';
import { judgeTests, type Evidence, type Reports } from '../../../../src/core/verdict/test-verdict.js';
import { describeUndefined } from '../../../../src/core/tox/undefined-environments.js';
import { one, resultsOf } from '../../../worlds/test-cases.js';

function count(...lines: string[]): Tally {
  const tally = createTally();
  for (const line of lines) tally.read(line);
  return tally.result();
}

/** An environment `a` in which a program that is not known ended well, unless told otherwise. */
const run = (more: Partial<EnvironmentEvidence> = {}): EnvironmentEvidence => ({
  name: 'a',
  skipped: false,
  success: true,
  commands: [command('./check', 0)],
  tally: count(),
  files: [],
  results: resultsOf([]),
  ...more,
});
const command = (line: string, code: number) => ({ argv: line.split(' '), code });
/** A command that ended well after these lines of output. */
const printed = (line: string, ...lines: string[]): Partial<EnvironmentEvidence> => {
  const tally = count(...lines);
  return { commands: [{ ...command(line, 0), ending: tally }], tally };
};
const evidence = (environments: EnvironmentEvidence[], more: Partial<Evidence> = {}): Evidence => ({
  exitCode: 0,
  environments,
  allow: { skipped: false, ignored: false },
  ...more,
});
const reported = (...cases: TestCase[]) =>
  run({ commands: [command('pytest', 0)], files: ['a.xml'], results: resultsOf(cases) });
const ALLOWED = { allow: { skipped: true, ignored: true } };

const [began, ended] = ['== test session starts ==', '== 1 passed in 0.1s =='];
const endedAndOpen: Partial<EnvironmentEvidence> = {
  commands: [
    { ...command('pytest a', 0), ending: count(began, ended) },
    { ...command('pytest b', 0), ending: count(began, 'b.py .') },
  ],
  tally: count(began, ended, began, 'b.py .'),
};

/** As a report that was asked for, written by this run. */
const report = (cases: readonly TestCase[], more: Partial<Reports> = {}): Evidence =>
  evidence([run()], {
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
    ['pytest', '===== 2 failed, 3 passed, 1 skipped, 4 warnings in 0.12s =====', { executed: true, failed: true }],
    ['pytest with colors', '\u001b[32m===== \u001b[1m3 passed\u001b[0m in 1.2s =====\u001b[0m', { executed: true }],
    ['pytest, quiet', '3 passed in 0.12s', { executed: true, failed: false }],
    ['pytest, long', '== 1 passed, 2 errors in 62.01s (0:01:02) ==', { executed: true, failed: true }],
    ['pytest with expected failures', '== 1 xfailed, 5 deselected in 0.1s ==', { executed: true, failed: false }],
    ['pytest with subtests', '== 2 passed, 3 subtests passed in 0.1s ==', { executed: true, failed: false }],
    ['pytest with failed subtests', '== 1 passed, 1 subtests failed in 0.1s ==', { executed: true, failed: true }],
    ['pytest with tests run again', '== 1 passed, 2 rerun in 0.1s ==', { executed: true, failed: false }],
    ['pytest without tests', '============ no tests ran in 0.00s ============', { executed: false }],
    ['pytest that only collects', '== 3 tests collected in 0.00s ==', { executed: false }],
    ['pytest with skipped ones only', '== 2 skipped in 0.01s ==', { executed: false }],
    ['pytest with deselected ones only', '== 5 deselected in 0.01s ==', { executed: false }],
  ])('%s are read', (_, line, read) => {
    const tally = count(line);
    expect(tally).toMatchObject(read);
    expect(tally.lines).toHaveLength(1);
  });

  test.each<[string, string[], boolean]>([
    ['unittest', ['Ran 3 tests in 0.001s', '', 'OK'], true],
    ['unittest without tests', ['Ran 0 tests in 0.000s', '', 'NO TESTS RAN'], false],
    ['unittest with all skipped', ['sss', '---', 'Ran 3 tests in 0.001s', '', 'OK (skipped=3)'], false],
    ['unittest with more skipped subtests than tests', ['ssss', 'Ran 3 tests in 0.001s', '', 'OK (skipped=4)'], true],
    ['a class skipped beside a test that passed', ['s.', '---', 'Ran 1 test in 0.001s', '', 'OK (skipped=1)'], true],
    ['the same, verbose', ['test_a (t.T) ... ok', 'Ran 1 test in 0.001s', '', 'OK (skipped=1)'], true],
    ['a class skipped alone', ['s', 'Ran 0 tests in 0.001s', '', 'OK (skipped=1)'], false],
    ['trial', ['Ran 2 tests in 0.1s', '', 'PASSED (skips=1, successes=1)'], true],
    ['trial with all skipped', ['Ran 2 tests in 0.1s', '', 'PASSED (skips=2)'], false],
    ['trial without tests', ['Ran 0 tests in 0.0s', '', 'PASSED'], false],
    ['stestr', ['Ran: 2 tests in 0.1 sec.', ' - Passed: 1', ' - Skipped: 1', ' - Failed: 0'], true],
    ['stestr with all skipped', ['Ran: 2 tests in 0.1 sec.', ' - Passed: 0', ' - Skipped: 2', ' - Failed: 0'], false],
    ['stestr without a test that fits', ["The specified regex doesn't match with anything"], false],
    [
      'stestr whose process died',
      ['{0} t.T.test_a [] ... inprogress', "The test run didn't actually run any tests"],
      true,
    ],
    ['stestr without tests', ['', "The test run didn't actually run any tests"], false],
    ['two programs, one without tests', ['1 passed in 0.1s', '== no tests ran in 0.00s =='], true],
  ])('%s tell whether a test was executed', (_, lines, executed) => {
    const tally = count(...lines);
    expect(tally.executed).toBe(executed);
    expect(tally.lines).not.toHaveLength(0);
  });

  test.each(['Compared 3 images in 2s', 'OK', 'FAILED (failures=1)', 'PASSED'])('%j are none', (line) => {
    expect(count(line)).toMatchObject({ lines: [], executed: false, failed: false });
  });

  test('pytest -qq are missing, and its signs of single tests tell it', () => {
    expect(count('ss   [100%]').executed).toBe(false);
    expect(count('s.   [100%]').executed).toBe(true);
    expect(count('...  [ 50%]', 's.s  [100%]').executed).toBe(true);
  });

  test('a quiet pytest that did not come to its end are missing, and signs alone do not tell that tests were executed', () => {
    expect(count('.').executed).toBe(false);
    expect(count('...  [ 50%]', '.').executed).toBe(false);
    expect(count('test_a (t.T) ... ok').executed).toBe(false);
  });

  test('pytest before 5, and those of runs of days, are read', () => {
    expect(count('=== 1 passed in 0.01 seconds ===').lines).toEqual(['1 passed']);
    expect(count('=== 1 passed in 90001.00s (1 day, 1:00:01) ===').lines).toEqual(['1 passed']);
  });

  test('a session of pytest close it', () => {
    const begin = '======= test session starts =======';
    expect(count(begin, 'a.py .')).toMatchObject({ sessions: 1, isOpen: true });
    expect(count(begin, 'a.py .', '== 1 passed in 0.1s ==')).toMatchObject({ sessions: 1, isOpen: false });
  });
});

describe('tox tells', () => {
  const read = (...lines: string[]) => {
    const reader = createToxReader();
    for (const line of lines) reader.read(line);
    return reader.result();
  };

  test('which environments it skipped', () => {
    expect(read('SKIPPED:  py3-a: InterpreterNotFound: python3.9').skipped).toEqual(['py3-a']);
    expect(read('  py3-a: SKIP (0.01 seconds)', '  c: OK').skipped).toEqual(['py3-a']);
  });

  test('what the environments came to, in the summary of tox 3', () => {
    const { success } = read(
      'ERROR: InvocationError for command pytest (exited with code 1)',
      'ERROR:   d: printed by a test',
      '  a: commands succeeded',
      '  b: ignored failed command',
      'ERROR:   c: commands failed',
      '  d: commands succeeded',
    );
    expect(Object.fromEntries(success)).toEqual({ a: true, b: false, c: false, d: true });
  });

  test.each([
    'ROOT: No loadable tox.ini or setup.cfg or pyproject.toml or tox.toml found, assuming empty tox.ini at /w',
    'ERROR: tox config file (either pyproject.toml, tox.ini, setup.cfg) not found',
  ])('that there is no configuration: %s', (line) => expect(read(line).unconfigured).toBe(true));

  test.each([
    'ROOT: HandledError| provided environments not found in configuration file:',
    "ERROR: unknown environment 'nosuch'",
  ])('that an environment is not defined: %s', (line) => expect(read(line).undefinedEnvironment).toBe(true));
});

const failingPytest = { commands: [command('pytest', 1)], tally: count('1 failed in 0.1s') };

describe('Red is', () => {
  test.each<[string, Evidence, string]>([
    [
      'an exit code',
      evidence([run({ success: false, commands: [command('./check', 3)] })], { exitCode: 3 }),
      'tests-failed: tox ended with exit code 3. a: check ended with exit code 3.',
    ],
    ['tox that ran nothing and failed', evidence([], { exitCode: 1 }), 'tests-failed: tox ended with exit code 1.'],
    [
      'exit code 5 of a program that is not known',
      evidence([run({ success: false, commands: [command('./check', 5)] })], { exitCode: 5 }),
      'tests-failed: tox ended with exit code 5.',
    ],
    [
      'exit code 5 though tests were executed',
      evidence([run({ success: false, commands: [command('pytest', 5)], tally: count('3 passed in 0.1s') })], {
        exitCode: 5,
      }),
      'tests-failed: tox ended with exit code 5. a: pytest ended with exit code 5.',
    ],
    [
      'pytest that collected nothing',
      evidence([run({ success: false, commands: [command('pytest', 5)], tally: count('no tests ran in 0.0s') })], {
        exitCode: 5,
      }),
      'nothing-tested: a: no test was executed (“no tests ran”); pytest ended with exit code 5. tox ended with exit code 5.',
    ],
    [
      'a program that was killed',
      evidence([run({ success: false, commands: [command('pytest', -9)] })], { exitCode: 247 }),
      'tests-failed: tox ended with exit code 247. a: pytest was ended by SIGKILL.',
    ],
    ['an environment without a command', evidence([run({ commands: [] })]), 'nothing-tested: a: no command ran.'],
    [
      'no test, though tox ended well',
      evidence([run({ tally: count('== 3 tests collected in 0.00s ==') })]),
      'nothing-tested: a: no test was executed (“3 tests collected”).',
    ],
    [
      'a test program that says nothing',
      evidence([run({ commands: [command('pytest -qq', 0)] })]),
      'nothing-tested: a: no test was executed.',
    ],
    [
      'only skipped tests in a report of our own',
      evidence([reported(one('skipped'), one('skipped'))]),
      'nothing-tested: a: all 2 tests were skipped.',
    ],
    ['a report of our own without tests', evidence([reported()]), 'nothing-tested: a: no test was executed.'],
    [
      'a failure behind `-`',
      evidence([run(failingPytest)]),
      'tests-failed: tox ended well. a: tox ignored: pytest ended with exit code 1.',
    ],
    [
      'a failure that a script hides',
      evidence([run({ results: resultsOf([one('failed'), one('passed')]), files: ['a.xml'] })]),
      'tests-failed: 1 test failed (tox ended well).',
    ],
    [
      'a failure that a script hides, without a report',
      evidence([run(printed('make test', 'Ran 2 tests in 0.1s', '', 'FAILED (failures=1)'))]),
      'tests-failed: tox ended well. a: tox ignored: “Ran 2 tests: FAILED (failures=1)”.',
    ],
    [
      'a pytest that did not come to its end, in a script',
      evidence([run(printed('make test', '== test session starts ==', 'a.py .'))]),
      'tests-failed: tox ended well. a: pytest began, and did not come to its end.',
    ],
    [
      'a pytest that did not come to its end beside one that did',
      evidence([{ ...reported(one('passed')), ...endedAndOpen }]),
      'tests-failed: tox ended well. a: pytest began, and did not come to its end.',
    ],
    [
      'a pytest that a time limit ended',
      evidence([run({ success: false, commands: [command('pytest -q', 1)] })], { exitCode: 1 }),
      'tests-failed: tox ended with exit code 1. a: pytest ended with exit code 1.',
    ],
    [
      'the same in a script',
      evidence([run({ success: false, commands: [command('make test', 1)], tally: count(began, 'a.py .') })], {
        exitCode: 1,
      }),
      'tests-failed: tox ended with exit code 1. a: make ended with exit code 1.',
    ],
    [
      'tox that ended well and left no result',
      evidence([run({ commands: undefined, success: undefined })]),
      'nothing-tested: a: tox left no result, so nothing shows that a command ran.',
    ],
    [
      'an error of tox before anything ran',
      evidence([run({ commands: undefined, success: undefined })], { exitCode: 1 }),
      'tests-failed: tox ended with exit code 1. a: it did not come to its commands.',
    ],
    [
      'a failure of an environment with `ignore_outcome`',
      evidence([run({ success: false, commands: [command('flake8', 1)] })]),
      'tests-failed: tox ended well. a: tox ignored: flake8 ended with exit code 1.',
    ],
    [
      'a failure behind `-` where nothing else shows a test',
      evidence([run({ commands: [command('./check', 1), command('./other', 0)] })]),
      'tests-failed: tox ended well. a: tox ignored: check ended with exit code 1.',
    ],
    ['a skipped environment', evidence([run({ skipped: true })], ALLOWED), 'nothing-tested: tox skipped a.'],
    [
      'one of several that was skipped',
      evidence([reported(one('passed')), run({ name: 'b', skipped: true })]),
      'nothing-tested: tox skipped b.',
    ],
    [
      'one of several in which nothing was executed',
      evidence([reported(one('passed')), { ...reported(one('skipped')), name: 'b' }]),
      'nothing-tested: b: all 1 tests were skipped.',
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
      'a report that is none, and nothing else',
      report([], { broken: ['s.xml: line 1'] }),
      'nothing-tested: A report cannot be read: s.xml: line 1.',
    ],
    [
      'a failure that tox kept to itself',
      report([one('passed'), one('failed')]),
      'tests-failed: 1 test failed (tox ended well).',
    ],
    ['a failed test beside exit code 5', { ...report([one('failed')]), exitCode: 5 }, 'tests-failed: 1 test failed'],
  ])('%s', (_, given, said) => {
    const { failure } = judgeTests(given);
    expect(`${failure?.code}: ${failure?.message}`).toContain(said);
  });

  test.each([
    [evidence([run(failingPytest)]), '`allow-ignored-failures: true`'],
    [evidence([run(), run({ name: 'b', skipped: true })]), '`allow-skipped: true`'],
    [evidence([run({ success: false, commands: [command('pytest', 137)] })], { exitCode: 137 }), 'larger machine'],
  ])('%# with what to do', (given, hint) => expect(judgeTests(given).failure?.hint).toContain(hint));
});

test('An environment that passed beside one that failed is not blamed for a command that may fail', () => {
  const good = { ...reported(one('passed')), commands: [command('rm x', 1), command('pytest', 0)] };
  const { environments } = judgeTests(evidence([good, run({ name: 'b', success: false })], { exitCode: 1 }));
  expect(environments.map(({ state }) => state)).toEqual(['passed', 'failed']);
});

test('The row of a single environment tells what failed in `report`', () => {
  const { environments } = judgeTests(report([one('passed'), one('failed')]));
  expect(environments).toMatchObject([{ state: 'failed', message: 'tox ignored: 1 test failed' }]);
});

describe('Green is', () => {
  test.each<[string, Evidence, RegExp]>([
    ['a test that passed', evidence([run({ tally: count('1 passed in 0.1s') })]), /closing lines \(“1 passed”\)/],
    [
      'a report of our own',
      evidence([reported(one('passed'), one('skipped'))]),
      /JUnit of the test program \(2 tests\)/,
    ],
    ['a report with one', report([one('passed'), one('skipped')]), /the files of `report`/],
    [
      'a run within another that failed, as it should',
      evidence([run(printed('./check', 'Ran 1 test in 0.1s', 'FAILED (errors=1)', 'Ran 2 tests in 0.1s', 'OK'))]),
      /Ran 2 tests: OK/,
    ],
    [
      'a failure that a script hides, and may',
      evidence([run(printed('make test', '1 failed, 1 passed in 0.1s'))], ALLOWED),
      /1 failed, 1 passed/,
    ],
    [
      'a pytest that ended with other words, and a report',
      evidence([{ ...reported(one('passed')), ...printed('pytest', began) }]),
      /JUnit of the test program \(1 tests\)/,
    ],
    [
      'closing lines beside a report of skipped tests',
      evidence([{ ...reported(one('skipped')), ...printed('make test', 'Ran 1 test in 0.1s', 'OK') }]),
      /JUnit of the test program \(1 tests\), closing lines \(“Ran 1 tests: OK”\)/,
    ],
    ['a program that is not known, at its exit code', evidence([run()]), /no test program is known/],
    [
      'what tox left no result of',
      evidence([run({ commands: undefined, tally: count('1 passed in 1s') })]),
      /1 passed/,
    ],
    [
      'a command behind `-` that is no test',
      evidence([{ ...reported(one('passed')), commands: [command('rm x', 1), command('pytest', 0)] }]),
      /JUnit/,
    ],
    ['an ignored failure, when allowed', evidence([run(failingPytest)], ALLOWED), /1 failed/],
    [
      'a skipped environment beside another, when allowed',
      evidence([reported(one('passed')), run({ name: 'b', skipped: true })], ALLOWED),
      /JUnit/,
    ],
    ['a report with one that cannot be read', report([one('passed')], { broken: ['s.xml: line 1'] }), /report/],
  ])('%s', (_, given, rests) => {
    const { failure, environments } = judgeTests(given);
    expect(failure).toBeUndefined();
    expect(environments[0]!.evidence).toMatch(rests);
  });

  test('and says what someone should know nevertheless', () => {
    const ignored = evidence([run(failingPytest), run({ name: 'b', skipped: true })], ALLOWED);
    expect(judgeTests(ignored).warnings).toEqual(['a: tox ignored: pytest ended with exit code 1.', 'tox skipped b.']);
    expect(judgeTests(report([one('passed')], { broken: ['s.xml: line 1'] })).warnings).toEqual([
      'A report cannot be read to its end: s.xml: line 1.',
    ]);
  });
});

test('Each environment has its row, with what its verdict rests on', () => {
  const { environments } = judgeTests(
    evidence([reported(one('passed')), run({ name: 'b|c', skipped: true }), run({ name: 'd', commands: [] })]),
  );
  expect(summarizeEnvironments(environments).split('\n')).toEqual([
    '| Environment | Verdict | The verdict rests on |',
    '| --- | --- | --- |',
    '| a | passed | JUnit of the test program (1 tests) |',
    '| b\\|c | skipped: tox skipped it |  |',
    '| d | untested: no command ran |  |',
    '',
  ]);
});

describe('Names of environments that are not defined', () => {
  test('are answered by those that are, and the nearest', () => {
    const failure = describeUndefined(['py311', 'unti'], ['py311', 'unit', 'lint']);
    expect(failure).toMatchObject({
      code: 'environment-not-found',
      message: 'The configuration of tox has no environment "unti". Did you mean "unit"?',
      hint: 'Correct `tox-env`. There are: py311, unit, lint.',
    });
  });

  test('are answered without names where tox lists none', () => {
    expect(describeUndefined(['x'], []).hint).toContain('working-directory');
  });
});
