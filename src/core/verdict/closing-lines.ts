import { plural } from '../kernel/plural.js';
import { withoutColors } from './colors.js';

/** What the closing lines of test programs show. The numbers in them are only compared with 0, never added up. */
export interface ClosingLines {
  /** The closing lines; empty when no known test program printed one. */
  readonly lines: readonly string[];
  /** At least one test was executed, whatever its outcome. */
  readonly executed: boolean;
  /** At least one test failed. */
  readonly failed: boolean;
  /** The last closing line when it reports failed tests; otherwise ''. */
  readonly lastFailure: string;
  /** How many pytest sessions printed that they started. */
  readonly sessions: number;
  /** A pytest session started, and no closing line followed. */
  readonly isOpen: boolean;
}

/** What one line of output shows. */
interface LineSigns {
  /** A closing line, as it is shown to users. */
  readonly closing?: { readonly text: string; readonly executed: boolean; readonly failed: boolean };
  readonly beginsPytest: boolean;
  /** One character or line per test, of which at least one was executed. */
  readonly isProgress: boolean;
  /** Progress that reached 100 %. */
  readonly isComplete: boolean;
  /** unittest's `Ran 3 tests in …`. */
  readonly ran?: number;
  /** unittest's last line, which only counts after `Ran …`. */
  readonly unittest?: { readonly word: string; readonly details: string; readonly text: string };
}

// `=== 2 failed, 3 subtests passed in 0.12s ===`, also without the bars (`-q`), and with `(0:01:02)` at the end.
const PYTEST =
  /^(?:=+ )?(no tests ran|\d+ [a-z]+(?: [a-z]+)?(?:, \d+ [a-z]+(?: [a-z]+)?)*) in \d+(?:\.\d+)?(?:s| seconds)?(?: \((?:\d+ days?, )?\d+:\d\d:\d\d\))?(?: =+)?$/;
const PYTEST_BEGINS = /^=+ test session starts(?: \([^)]*\))? =+$/;
const EXECUTED = /\b[1-9]\d* (?:subtests )?(?:passed|failed|errors?|xfailed|xpassed)\b/;
const FAILED = /\b[1-9]\d* (?:subtests )?(?:failed|errors?)\b/;
// One character per test, from pytest and unittest. pytest adds its progress in percent.
const PROGRESS = /^[.sFExXuR]*[.FExXu][.sFExXuR]*(?: +\[ *\d+%\])?$/;
const COMPLETE = /^[.sFExXuR]+ +\[100%\]$/;
const VERBOSE = / \.\.\. (?:ok|FAIL|ERROR|expected failure|unexpected success)$/;
const RAN = /^Ran (\d+) tests? in /;
const UNITTEST = /^(OK|FAILED|PASSED|NO TESTS RAN)(?: \((.*)\))?$/;
const STESTR = /^ - (Passed|Expected Fail|Unexpected Success|Failed): (\d+)$/;
const STESTR_NONE =
  /^(?:No tests were successful during the run|The test run didn't actually run any tests|The specified regex doesn't match with anything)$/;
// A test started, and its process died before the test ended.
const STESTR_UNENDED = / \.\.\. inprogress$/;

/**
 * Reads the output of several commands once. Returns the closing lines of all commands together, and of each command
 * by itself.
 */
export function readClosingLines(outputs: readonly string[]): {
  readonly all: ClosingLines;
  readonly each: readonly ClosingLines[];
} {
  const all = new ClosingLineReader();
  const each = outputs.map((output) => {
    const own = new ClosingLineReader();
    for (const line of output.split(/\r?\n/)) {
      const signs = readSigns(line);
      all.add(signs);
      own.add(signs);
    }
    return own.result();
  });
  return { all: all.result(), each };
}

/** Reads the closing lines of pytest, unittest, nose2, trial and stestr, among any other lines of output. */
export class ClosingLineReader {
  private readonly lines: string[] = [];
  private executed = false;
  private failed = false;
  private lastFailure = '';
  private sessions = 0;
  private isOpen = false;
  /** Progress was seen since the last closing line. */
  private progress = false;
  private complete = false;
  private ran: number | undefined;

  read(line: string): void {
    this.add(readSigns(line));
  }

  add(signs: LineSigns): void {
    if (signs.closing) this.close(signs.closing);
    if (signs.beginsPytest) {
      this.sessions += 1;
      this.isOpen = true;
    }
    this.complete ||= signs.isComplete;
    this.progress ||= signs.isProgress;
    if (signs.ran !== undefined) this.ran = signs.ran;
    if (signs.unittest && this.ran !== undefined) this.closeUnittest(this.ran, signs.unittest);
  }

  result(): ClosingLines {
    const { lines, failed, lastFailure, sessions, isOpen } = this;
    // pytest -qq prints progress and no closing line. If it did not run to its end, 100 % is missing too.
    const executed = this.executed || (this.progress && this.complete);
    return { lines, executed, failed, lastFailure, sessions, isOpen };
  }

  private closeUnittest(ran: number, { word, details, text }: NonNullable<LineSigns['unittest']>): void {
    const executed = isExecuted(ran, details);
    this.close({ text: `Ran ${plural(ran, 'test')}: ${text}`, executed, failed: word === 'FAILED' });
    this.ran = undefined;
  }

  private close({ text, executed, failed }: NonNullable<LineSigns['closing']>): void {
    this.lines.push(text);
    this.executed ||= executed || this.progress;
    this.failed ||= failed;
    this.lastFailure = failed ? text : '';
    this.progress = false;
    this.isOpen = false;
  }
}

function readSigns(line: string): LineSigns {
  const plain = withoutColors(line);
  const ran = RAN.exec(plain)?.[1];
  const closing = ran === undefined ? readClosingLine(plain) : undefined;
  const [, word, details = ''] = UNITTEST.exec(plain) ?? [];
  return {
    beginsPytest: PYTEST_BEGINS.test(plain),
    isProgress: PROGRESS.test(plain) || VERBOSE.test(plain),
    isComplete: COMPLETE.test(plain),
    ...(closing && { closing }),
    ...(ran !== undefined && { ran: Number(ran) }),
    ...(word !== undefined && { unittest: { word, details, text: plain } }),
  };
}

function readClosingLine(plain: string): LineSigns['closing'] {
  const pytest = PYTEST.exec(plain)?.[1];
  if (pytest !== undefined) return { text: pytest, executed: EXECUTED.test(pytest), failed: FAILED.test(pytest) };
  const [, kind, number] = STESTR.exec(plain) ?? [];
  if (kind !== undefined)
    return { text: plain.slice(3), executed: number !== '0', failed: kind === 'Failed' && number !== '0' };
  if (STESTR_UNENDED.test(plain)) return { text: plain, executed: true, failed: true };
  return STESTR_NONE.test(plain) ? { text: plain, executed: false, failed: false } : undefined;
}

/**
 * Whether unittest executed a test. unittest counts skipped classes and subtests as skipped, but not as tests. So all
 * tests may have been skipped only when both numbers are equal. Even then the progress may show that a test ran.
 */
function isExecuted(ran: number, details: string): boolean {
  if (/\b(?:failures|errors|successes|expected ?failures|unexpected ?successes)=[1-9]/i.test(details)) return true;
  const skipped = Number(/\bskip(?:ped|s)=(\d+)/.exec(details)?.[1] ?? 0);
  return ran > 0 && ran !== skipped;
}
