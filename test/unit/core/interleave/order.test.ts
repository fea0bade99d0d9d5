import { expect, test } from '@jest/globals';
import { orderRuns } from '../../../../src/core/interleave/order.js';

const SIDES = ['base', 'head'] as const;
const seeds = Array.from({ length: 400 }, (_, at) => String(at));
/** Which side is first in each round. */
const firstsOf = (runs: number, seed: string): readonly string[] =>
  orderRuns(SIDES, runs, seed).flatMap(({ side }, at) => (at % 2 === 0 ? [side] : []));

test('each round has one run of both sides, in the order of the rounds', () => {
  for (const seed of seeds.slice(0, 20)) {
    const order = orderRuns(SIDES, 7, seed);
    expect(order.map(({ run }) => run)).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7]);
    for (let at = 0; at < 14; at += 2) expect(order[at]!.side).not.toBe(order[at + 1]!.side);
  }
});

test('the same seed has the same order, and it is this one on every machine', () => {
  expect(orderRuns(SIDES, 5, '7')).toEqual(orderRuns(SIDES, 5, '7'));
  expect(firstsOf(5, '7').join(' ')).toBe('head head base head base');
  expect(new Set(seeds.map((seed) => firstsOf(6, seed).join(' '))).size).toBe(20);
});

test('each side is first in half of the rounds; with an odd number, chance decides', () => {
  for (const seed of seeds) expect(firstsOf(6, seed).filter((side) => side === 'base')).toHaveLength(3);
  const odd = seeds.map((seed) => firstsOf(5, seed).filter((side) => side === 'base').length);
  expect(new Set(odd)).toEqual(new Set([2, 3]));
  const share = odd.filter((count) => count === 3).length / odd.length;
  expect(Math.abs(share - 0.5)).toBeLessThan(0.1);
});

test('a machine that becomes slower meets both sides alike', () => {
  const mean = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
  for (const seed of seeds) {
    const order = orderRuns(SIDES, 10, seed);
    const [base, head] = SIDES.map((side) => mean(order.flatMap((one, at) => (one.side === side ? [at] : []))));
    expect(Math.abs(base! - head!)).toBeLessThanOrEqual(0.0001);
  }
});

test('each order of the rounds comes as often as any other', () => {
  const counts = new Map<string, number>();
  for (let seed = 0; seed < 6_000; seed++) {
    const key = firstsOf(4, `run ${seed}`).join(' ');
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  expect(counts.size).toBe(6);
  for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(150);
});
