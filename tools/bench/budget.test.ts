import { expect, test } from '@jest/globals';
import { readBudget } from './budget.js';

const whole = {
  bundleBytes: 600_000,
  composeBytes: 100_000,
  exportBytes: 30_000,
  lateRunBytes: 23_000,
  phasesBytes: 60_000,
  resultsBytes: 150_000,
  planBytes: 75_000,
  startBytes: 400_000,
  coldStartMs: 60,
  bareRequestMs: 65,
  memoryMiB: 70,
};

test('a budget is read from its JSON', () => {
  expect(readBudget(JSON.stringify(whole))).toEqual(whole);
});

test.each([
  [{ ...whole, memoryMiB: undefined }, 'memoryMiB is undefined'],
  [{ ...whole, composeBytes: -1 }, 'composeBytes is -1'],
  [{ ...whole, startBytes: undefined }, 'startBytes is undefined'],
  [{ ...whole, bundleBytes: '600000' }, 'bundleBytes is "600000"'],
  [{ ...whole, coldStartMs: 0 }, 'coldStartMs is 0'],
])('a budget that no change could exceed is refused: %j', (given, words) => {
  expect(() => readBudget(JSON.stringify(given))).toThrow(words);
});
