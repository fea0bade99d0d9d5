/** What a test program's own closing lines say, read while they pass by. */
export interface Tally {
  readonly executed: number;
  readonly skipped: number;
  /** How many closing lines there were. None: the program is not one whose lines are known. */
  readonly lines: number;
  /** tox left the environment out (platform, missing interpreter). */
  readonly leftOut: boolean;
}

// `=== 2 failed, 3 passed, 1 skipped in 0.12s ===`, also without the bars (`-q`) and with `(0:01:02)` behind.
const PYTEST = /^(?:=+ )?(no tests ran|\d+ [a-z]+(?:, \d+ [a-z]+)*) in \d+(?:\.\d+)?s?(?: \(\d+:\d\d:\d\d\))?(?: =+)?$/;
const EXECUTED = ['passed', 'failed', 'error', 'errors', 'xfailed', 'xpassed'];
// `Ran 3 tests in 0.001s`, and below it `OK (skipped=1)`
const UNITTEST = /^Ran (\d+) tests? in /;
const UNITTEST_SKIPPED = /^(?:OK|FAILED) \(.*\bskipped=(\d+)/;
const TOX_OK = /^\s*\S+: (?:OK\b|commands succeeded)/;
const TOX_SKIPPED = /^\s*(?:\S+: SKIP\b|SKIPPED:\s+\S+)/;
// eslint-disable-next-line no-control-regex
const COLOUR = /\u001b\[[\d;]*m/g;

/** Counts the tests of pytest and unittest, in whatever other output they stand. */
export function createTally(): { read(line: string): void; result(): Tally } {
  let [executed, skipped, lines, ok, left] = [0, 0, 0, false, false];
  return {
    read(line) {
      const plain = line.replace(COLOUR, '').trimEnd();
      const pytest = PYTEST.exec(plain)?.[1];
      if (pytest !== undefined) {
        lines += 1;
        for (const [, count = '0', word = ''] of pytest.matchAll(/(\d+) ([a-z]+)/g)) {
          if (EXECUTED.includes(word)) executed += Number(count);
          if (word === 'skipped') skipped += Number(count);
        }
      }
      const unittest = UNITTEST.exec(plain)?.[1];
      if (unittest !== undefined) {
        lines += 1;
        executed += Number(unittest);
      }
      const unrun = Number(UNITTEST_SKIPPED.exec(plain)?.[1] ?? 0);
      executed -= unrun;
      skipped += unrun;
      ok ||= TOX_OK.test(plain);
      left ||= TOX_SKIPPED.test(plain);
    },
    result: () => ({ executed, skipped, lines, leftOut: left && !ok }),
  };
}
