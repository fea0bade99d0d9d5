/** What test programs' own closing lines say, read while they pass by. Their numbers are compared with 0, not added. */
export interface Tally {
  /** The closing lines. None: no program whose lines are known. */
  readonly lines: readonly string[];
  /** At least one test was executed, whatever it came to. */
  readonly executed: boolean;
  /** At least one test failed. */
  readonly failed: boolean;
  /** The last closing line, where it says that tests failed; '' where it does not. */
  readonly lastFailure: string;
  /** How many sessions of pytest began, as far as it says so. */
  readonly sessions: number;
  /** A session of pytest began, and no closing line followed. */
  readonly isOpen: boolean;
}

/** What tox itself says of the environments. */
export interface ToxWords {
  readonly skipped: readonly string[];
  /** What those came to that ran, as tox 3 reports it here alone; false also where it ignores the failure. */
  readonly success: ReadonlyMap<string, boolean>;
  /** There is no configuration of tox. */
  readonly unconfigured: boolean;
  /** An environment was asked for that is not defined. */
  readonly undefinedEnvironment: boolean;
}

interface Reader<T> {
  read(line: string): void;
  result(): T;
}

// `=== 2 failed, 3 subtests passed in 0.12s ===`, also without the bars (`-q`) and with `(0:01:02)` behind.
const PYTEST =
  /^(?:=+ )?(no tests ran|\d+ [a-z]+(?: [a-z]+)?(?:, \d+ [a-z]+(?: [a-z]+)?)*) in \d+(?:\.\d+)?(?:s| seconds)?(?: \((?:\d+ days?, )?\d+:\d\d:\d\d\))?(?: =+)?$/;
const PYTEST_BEGINS = /^=+ test session starts(?: \([^)]*\))? =+$/;
const EXECUTED = /\b[1-9]\d* (?:subtests )?(?:passed|failed|errors?|xfailed|xpassed)\b/;
const FAILED = /\b[1-9]\d* (?:subtests )?(?:failed|errors?)\b/;
// The signs of pytest and unittest for one test each; pytest puts how far it is behind them.
const PROGRESS = /^[.sFExXuR]*[.FExXu][.sFExXuR]*(?: +\[ *\d+%\])?$/;
const COMPLETE = /^[.sFExXuR]+ +\[100%\]$/;
const VERBOSE = / \.\.\. (?:ok|FAIL|ERROR|expected failure|unexpected success)$/;
const RAN = /^Ran (\d+) tests? in /;
const UNITTEST = /^(OK|FAILED|PASSED|NO TESTS RAN)(?: \((.*)\))?$/;
const STESTR = /^ - (Passed|Expected Fail|Unexpected Success|Failed): (\d+)$/;
const STESTR_NONE =
  /^(?:No tests were successful during the run|The test run didn't actually run any tests|The specified regex doesn't match with anything)$/;
// A test began, and its process did not live to end it.
const STESTR_UNENDED = / \.\.\. inprogress$/;
// eslint-disable-next-line no-control-regex
const COLOR = /\u001b\[[\d;]*m/g;

/** Reads the closing lines of pytest, unittest, nose2, trial and stestr in whatever other output they stand. */
export function createTally(): Reader<Tally> {
  const lines: string[] = [];
  let [executed, failed, seen, complete, isOpen] = [false, false, false, false, false];
  let [lastFailure, sessions] = ['', 0];
  let ran: number | undefined;
  const close = (line: string, says: { executed: boolean; failed: boolean }): void => {
    lines.push(line);
    executed ||= says.executed || seen;
    failed ||= says.failed;
    lastFailure = says.failed ? line : '';
    seen = false;
    isOpen = false;
  };
  return {
    read(line) {
      const plain = line.replace(COLOR, '').trimEnd();
      const pytest = PYTEST.exec(plain)?.[1];
      if (pytest !== undefined) close(pytest, { executed: EXECUTED.test(pytest), failed: FAILED.test(pytest) });
      if (PYTEST_BEGINS.test(plain)) {
        sessions += 1;
        isOpen = true;
      }
      complete ||= COMPLETE.test(plain);
      seen ||= PROGRESS.test(plain) || VERBOSE.test(plain);
      const count = RAN.exec(plain)?.[1];
      if (count !== undefined) {
        ran = Number(count);
        return;
      }
      const [, word, details = ''] = (ran !== undefined && UNITTEST.exec(plain)) || [];
      if (ran !== undefined && word !== undefined) {
        close(`Ran ${ran} tests: ${plain}`, { executed: isExecuted(ran, details), failed: word === 'FAILED' });
        ran = undefined;
      }
      const [, kind, number] = STESTR.exec(plain) ?? [];
      if (kind !== undefined)
        close(plain.slice(3), { executed: number !== '0', failed: kind === 'Failed' && number !== '0' });
      if (STESTR_UNENDED.test(plain)) close(plain, { executed: true, failed: true });
      if (STESTR_NONE.test(plain)) close(plain, { executed: false, failed: false });
    },
    // pytest -qq has signs and no closing line. Where it did not come to its end, 100% is missing, too.
    result: () => ({ lines, executed: executed || (seen && complete), failed, lastFailure, sessions, isOpen }),
  };
}

/**
 * unittest counts skipped classes and subtests among the skipped, and not among the tests: only where both numbers
 * are equal can all tests have been skipped, and even then the signs above may show that one was not.
 */
function isExecuted(ran: number, details: string): boolean {
  if (/\b(?:failures|errors|successes|expected ?failures|unexpected ?successes)=[1-9]/i.test(details)) return true;
  const skipped = Number(/\bskip(?:ped|s)=(\d+)/.exec(details)?.[1] ?? 0);
  return ran > 0 && ran !== skipped;
}

const TOX_SKIPPED = /^(?:SKIPPED:\s+(\S+?):|\s+(\S+): SKIP\b)/;
const TOX_SUCCEEDED = /^\s+(\S+): commands succeeded/;
const TOX_FAILED = /^(?:ERROR:\s+(\S+):|\s+(\S+): (?:ignored failed command|IGNORED FAIL)) ?/;
const UNCONFIGURED = /assuming empty tox\.ini at|^ERROR: tox config file \(.*\) not found/;
const UNDEFINED = /^ERROR: unknown environment|provided environments not found in configuration file/;

/** Reads what tox 3 and 4 say of environments that did not come to run. */
export function createToxReader(): Reader<ToxWords> {
  const skipped = new Set<string>();
  const success = new Map<string, boolean>();
  let [unconfigured, undefinedEnvironment] = [false, false];
  return {
    read(line) {
      const plain = line.replace(COLOR, '').trimEnd();
      const [, three, four] = TOX_SKIPPED.exec(plain) ?? [];
      const name = three ?? four;
      if (name !== undefined) skipped.add(name);
      const [, failed, ignored] = TOX_FAILED.exec(plain) ?? [];
      const ended = failed ?? ignored ?? TOX_SUCCEEDED.exec(plain)?.[1];
      // The last line of each is that of the summary.
      if (ended !== undefined) success.set(ended, (failed ?? ignored) === undefined);
      unconfigured ||= UNCONFIGURED.test(plain);
      undefinedEnvironment ||= UNDEFINED.test(plain);
    },
    result: () => ({ skipped: [...skipped], success, unconfigured, undefinedEnvironment }),
  };
}
