import { ClosingLineReader, type ClosingLines } from '../../src/core/verdict/closing-lines.js';
import { TestResults, type TestCase } from '../../src/core/verdict/results.js';

/** A test that took a second. */
export const one = (outcome: TestCase['outcome'], more: Partial<TestCase> = {}): TestCase => ({
  name: `test_${outcome}`,
  place: 'tests.a',
  outcome,
  seconds: 1,
  message: '',
  ...more,
});

export function resultsOf(cases: readonly TestCase[]): TestResults {
  const results = new TestResults();
  for (const each of cases) results.add(each);
  return results;
}

/** The closing lines among these lines of output. */
export function readClosing(...lines: string[]): ClosingLines {
  const reader = new ClosingLineReader();
  for (const line of lines) reader.read(line);
  return reader.result();
}
