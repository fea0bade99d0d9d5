import { TestResults, type TestCase } from '../../src/core/verdict/test-results.js';

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
