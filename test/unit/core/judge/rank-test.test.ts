import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { correctLimit, quantileOfTail, upperTail } from '../../../../src/core/judge/normal.js';
import { smallestP, testRanks } from '../../../../src/core/judge/rank-test.js';

const p = (base: readonly number[], head: readonly number[]): number => testRanks(base, head).p;
const range = (length: number, from = 0): number[] => Array.from({ length }, (_, index) => index + from);

/** The p-value by its definition: over every choice of places. */
function enumerate(base: readonly number[], head: readonly number[]): number {
  const all = [...base, ...head];
  const rank = all.map(
    (one) => all.filter((other) => other < one).length + all.filter((other) => other === one).length / 2,
  );
  const sums: number[] = [];
  for (let bits = 0; bits < 2 ** all.length; bits++) {
    const chosen = rank.filter((_, index) => bits & (2 ** index));
    if (chosen.length === base.length) sums.push(chosen.reduce((sum, one) => sum + one, 0));
  }
  const observed = rank.slice(0, base.length).reduce((sum, one) => sum + one, 0);
  const share = (isIn: (sum: number) => boolean): number => sums.filter(isIn).length / sums.length;
  return Math.min(
    1,
    2 *
      Math.min(
        share((sum) => sum <= observed),
        share((sum) => sum >= observed),
      ),
  );
}

describe('The rank test', () => {
  // The values of scipy.stats.mannwhitneyu(method='exact') for 5 against 5.
  test.each([
    [[97.8, 98.8, 99.9, 98.5, 99.3], [110, 109.3, 109.7, 110.1, 111.5], 0.007936507936507936],
    [[105.1, 99.6, 96.3, 92.1, 98.3], [102.7, 101.1, 96.8, 96.84, 106.6], 0.42063492063492064],
    [[10, 10.1], [12, 12.1], 1 / 3],
    [[5, 5, 5, 5], [5, 5, 5, 5], 1],
    [[0, 0, 0, 0, 0, 0], [3, 3, 3, 3, 3, 3], 2 / 924],
    [[1], [2], 1],
  ])('of %j and %j is %d', (base, head, expected) => {
    expect(testRanks(base, head)).toEqual({ p: expect.closeTo(expected, 12), method: 'exact' });
    expect(p(head, base)).toBeCloseTo(expected, 12);
  });

  test('counts all permutations, with ties and sides of unequal sizes', () => {
    const side = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(side, side, (base, head) => expect(p(base, head)).toBeCloseTo(enumerate(base, head), 12)),
      {
        numRuns: 200,
      },
    );
  });

  test('permutes where it cannot count, the same way each time, and never gives 0', () => {
    const [base, head] = [range(250), range(250, 1000)];
    expect(testRanks(base, head)).toEqual({ p: 2 / 10_001, method: 'permutations' });
    const close = testRanks(base, range(250, 15));
    expect(close).toEqual(testRanks(base, range(250, 15)));
    // scipy.stats.mannwhitneyu: 0.0211.
    expect(close.p).toBeGreaterThan(0.015);
    expect(close.p).toBeLessThan(0.028);
  });

  test('uses the normal distribution for thousands of values', () => {
    const { p: found, method } = testRanks(range(50_000), range(50_000, 230));
    expect(method).toBe('normal');
    expect(found).toBeGreaterThan(0.01);
    expect(found).toBeLessThan(0.02);
    expect(testRanks(range(3000).fill(1), range(3000).fill(1))).toEqual({ p: 1, method: 'normal' });
    expect(testRanks(range(10), range(70_000)).method).toBe('normal');
  });

  test.each([
    [3, 3, 0.1],
    [4, 4, 2 / 70],
    [5, 5, 2 / 252],
    [1, 1, 1],
    [0, 9, 1],
  ])('is at least, for %d against %d, %d', (base, head, expected) =>
    expect(smallestP(base, head)).toBeCloseTo(expected, 12),
  );
});

describe('The normal distribution', () => {
  test.each([
    [0, 0.5],
    [1.959964, 0.025],
    [3.5, 2.326291e-4],
    [-1, 0.8413447],
    [10, 7.619853e-24],
  ])('is above %d with a probability of %d', (z, probability) => {
    expect(upperTail(z) / probability).toBeCloseTo(1, 5);
    if (z > 0) expect(quantileOfTail(probability)).toBeCloseTo(z, 4);
  });

  test('raises the limit of one metric of many', () => {
    expect(correctLimit(3.5, 1)).toBe(3.5);
    expect(upperTail(correctLimit(3.5, 200)) * 200).toBeCloseTo(upperTail(3.5), 8);
  });
});
