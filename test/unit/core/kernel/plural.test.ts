import { expect, test } from '@jest/globals';
import { plural } from '../../../../src/core/kernel/plural.js';

test('A count is written with its noun, in the plural unless it is one', () => {
  expect([0, 1, 2].map((count) => plural(count, 'instance'))).toEqual(['0 instances', '1 instance', '2 instances']);
});
