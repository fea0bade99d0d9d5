import { describe, expect, test } from '@jest/globals';
import { readClosing } from '../../../worlds/test-cases.js';

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
    const closing = readClosing(line);
    expect(closing).toMatchObject(read);
    expect(closing.lines).toHaveLength(1);
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
  ])('%s show whether a test was executed', (_, lines, executed) => {
    const closing = readClosing(...lines);
    expect(closing.executed).toBe(executed);
    expect(closing.lines).not.toHaveLength(0);
  });

  test.each(['Compared 3 images in 2s', 'OK', 'FAILED (failures=1)', 'PASSED'])(
    'other programs are not read: %j',
    (line) => {
      expect(readClosing(line)).toMatchObject({ lines: [], executed: false, failed: false });
    },
  );

  test('pytest -qq are missing; its complete progress shows that tests were executed', () => {
    expect(readClosing('ss   [100%]').executed).toBe(false);
    expect(readClosing('s.   [100%]').executed).toBe(true);
    expect(readClosing('...  [ 50%]', 's.s  [100%]').executed).toBe(true);
  });

  test('a quiet pytest that did not finish are missing; incomplete progress is no evidence of tests', () => {
    expect(readClosing('.').executed).toBe(false);
    expect(readClosing('...  [ 50%]', '.').executed).toBe(false);
    expect(readClosing('test_a (t.T) ... ok').executed).toBe(false);
  });

  test('pytest before 5, and of runs that last days, are read', () => {
    expect(readClosing('=== 1 passed in 0.01 seconds ===').lines).toEqual(['1 passed']);
    expect(readClosing('=== 1 passed in 90001.00s (1 day, 1:00:01) ===').lines).toEqual(['1 passed']);
  });

  test('pytest close its session', () => {
    const begin = '======= test session starts =======';
    expect(readClosing(begin, 'a.py .')).toMatchObject({ sessions: 1, isOpen: true });
    expect(readClosing(begin, 'a.py .', '== 1 passed in 0.1s ==')).toMatchObject({ sessions: 1, isOpen: false });
  });
});
