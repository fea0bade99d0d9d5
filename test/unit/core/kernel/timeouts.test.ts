import { expect, test } from '@jest/globals';
import { TAG } from '../../../../src/core/kernel/identity.js';
import { readTimeouts, renderTimeouts } from '../../../../src/core/kernel/timeouts.js';

test('The timeouts of an instance are read from its tag as they were written', () => {
  const timeouts = { startupMs: 300_000, idleMs: 90_000 };
  expect(renderTimeouts(timeouts)).toBe('startup=5 idle=1.5');
  expect(readTimeouts({ [TAG.timeouts]: renderTimeouts(timeouts) })).toEqual(timeouts);
});

test.each([undefined, '', 'startup=5', 'startup=0 idle=10', 'startup=5 idle=1.2.3', 'idle=10 startup=5'])(
  'A tag %j holds no timeouts',
  (value) => {
    expect(readTimeouts(value === undefined ? {} : { [TAG.timeouts]: value })).toBeUndefined();
  },
);
