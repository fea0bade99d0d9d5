import { expect, test } from '@jest/globals';
import { findBounds } from '../../../../src/core/judge/threshold-bounds.js';

test.each([
  ['< 3.3', ['< 3.3']],
  ['lambda x: x < (3 * 1.1)', ['< 3.3000000000000003']],
  ['lambda value: value >= -2', ['>= -2']],
  ['lambda x: 3 > x', ['< 3']],
  ['lambda x: 1 < x <= 3 + 1', ['> 1', '<= 4']],
  ['> 1 and <= max(3, 4)', ['> 1', '<= 4']],
  ['lambda x: x > 1 and x < 2', ['> 1', '< 2']],
])('%j has the bounds %j', (threshold, bounds) => {
  expect(findBounds(threshold).map(({ operator, value }) => `${operator} ${value}`)).toEqual(bounds);
});

test.each([
  '== 3',
  '!= 3',
  '< 3 or > 5',
  'lambda x: x < 3 or 5 > x',
  'not < 3',
  'lambda x: not x < 3',
  'lambda x: abs(x) < 3',
  'lambda x: x * 2 < 3',
  'lambda x: x < 3 and x != 2',
  'lambda x: (x < 3)',
  'lambda x: 1 < 2',
  'lambda x: x < 1 / 0',
  'lambda x: x < (1 < 2)',
  'lambda x: True',
  '< ',
  'lambda x: x < x',
  'no threshold',
])('%j has none', (threshold) => {
  expect(findBounds(threshold)).toEqual([]);
});
