import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { describe as describeSamples, median, p95, percentile, spreadEvenly } from './statistics.js';

test.each([
  [[3], 3],
  [[9, 1, 5], 5],
  [[10, 2, 4, 8], 6],
])('the median of %j is %d, in any order', (samples, expected) => {
  expect(median(samples)).toBe(expected);
});

test('a percentile is interpolated between two samples', () => {
  const samples = [10, 20, 30, 40, 50];
  expect([0, 25, 95, 100].map((percent) => percentile(samples, percent))).toEqual([10, 20, 48, 50]);
  expect(p95(samples)).toBe(48);
});

test('numbers are sorted as numbers', () => {
  expect(describeSamples([100, 9, 20])).toEqual({ median: 20, p95: 92, least: 9, most: 100 });
});

test('samples are not changed', () => {
  const samples = [3, 1, 2];
  median(samples);
  expect(samples).toEqual([3, 1, 2]);
});

test.each([[[]], [[1, Number.NaN]], [[Infinity]]])('%j has no median', (samples) => {
  expect(() => median(samples)).toThrow(RangeError);
});

test('every percentile is within the range of the samples, and a higher percentile is not lower', () => {
  const numbers = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1 });
  const percent = fc.integer({ min: 0, max: 100 });
  fc.assert(
    fc.property(numbers, percent, percent, (samples, one, other) => {
      const [low, high] = [Math.min(one, other), Math.max(one, other)].map((each) => percentile(samples, each));
      expect(low).toBeGreaterThanOrEqual(Math.min(...samples) - 1e-6);
      expect(high).toBeLessThanOrEqual(Math.max(...samples) + 1e-6);
      expect(high! - low!).toBeGreaterThanOrEqual(-1e-6);
    }),
  );
});

test('starts are spread evenly around the requested boot', () => {
  expect(spreadEvenly(4, 2000)).toEqual([-750, -250, 250, 750]);
  expect(spreadEvenly(1, 2000)).toEqual([0]);
});
