import { describe, expect, test } from '@jest/globals';
import { describeMinutes } from '../../../../src/core/compose/describe-minutes.js';

describe('A bound in minutes', () => {
  test.each([
    [60, '1 minute'],
    [3_600, '60 minutes'],
    [3, '3 seconds'],
    [90, '90 seconds'],
    [0.06, '0.1 seconds'],
  ])('of %s s is %s', (seconds, text) => {
    expect(describeMinutes(seconds * 1_000)).toBe(text);
  });
});
