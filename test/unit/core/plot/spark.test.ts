import { describe, expect, test } from '@jest/globals';
import { drawSpark, drawSpread } from '../../../../src/core/plot/spark.js';

describe('A line of blocks', () => {
  test('shows the newest 16 values, higher ones higher', () => {
    expect(drawSpark([1, 2, 3])).toBe('▁▅█');
    expect(drawSpark([9, ...Array.from({ length: 16 }, (_, at) => at)])).toBe('▁▁▂▂▃▃▄▄▅▅▆▆▇▇██');
  });

  test('of a steady metric looks steady', () => {
    expect(drawSpark([100, 101, 99, 100])).toBe('▅▅▄▅');
    expect(drawSpark([100, 100, 100, 120])).toBe('▅▅▅█');
  });

  test.each([[[]], [[1]]])('needs two values: %j', (values) => expect(drawSpark(values)).toBe(''));

  test.each([[[0, 0]], [[-3, -1]], [[1e308, -1e308]], [[5e-324, 0]]])('of %j has a block each', (values) => {
    expect(drawSpark(values)).toMatch(/^[▁-█]{2}$/);
  });
});

describe('A spread', () => {
  test('has a block where samples are, on a scale of its own', () => {
    const spread = drawSpread([0, 0, 10], [0, 10]);
    expect([spread.length, spread[0], spread.at(-1), spread.trim().length]).toEqual([40, '█', '▄', 40]);
    expect(drawSpread([5, 5], [5, 5]).trim()).toBe('█');
  });
});
