import { describe, expect, test } from '@jest/globals';
import { checkAccess, findMissingSecrets } from '../../../../src/core/test-request/check.js';
import { composeJobLimit, composeLifetime } from '../../../../src/core/test-request/compose.js';

describe('Access to AWS', () => {
  const none = { role: false, key: false, secretKey: false, withoutSecrets: false };

  test.each([{ role: true }, { key: true, secretKey: true }])('may be %j', (given) => {
    expect(checkAccess({ ...none, ...given })).toEqual([]);
  });

  test.each([
    [{}, 'neither a role nor keys are given'],
    [{ withoutSecrets: true }, 'a pull request from a fork, to which GitHub gives no secrets'],
    [{ role: true, key: true, secretKey: true }, 'Both a role and AWS keys'],
    [{ role: true, secretKey: true }, 'Both a role and AWS keys'],
    [{ key: true }, 'only the first is given'],
    [{ secretKey: true }, 'only the second is given'],
  ])('cannot be %j', (given, problem) => {
    expect(checkAccess({ ...none, ...given })).toEqual([expect.stringContaining(problem)]);
  });
});

describe('Required secrets', () => {
  test.each([
    [['A'], { A: 'x' }, ''],
    [[], undefined, ''],
    [['A'], undefined, 'The secret A is not set.'],
    [['A', 'B'], { C: 'x' }, 'The secrets A, B are not set.'],
  ])('%j in %j', (required, given, reason) => {
    expect(findMissingSecrets(required, given)).toBe(reason);
  });
});

test.each([
  [60, undefined, 60],
  [60, '30', 90],
  [60, '10 + 30', 100],
  [60, '0.5+10+10', 81],
  [60, '10 * 5 * 2 + 60*5*2 + 30', 790],
])('A job with %j minutes for its tests and %j beside them has %j', (minutes, more, limit) => {
  expect(composeJobLimit(minutes, more)).toBe(limit);
});

describe('The lifetime of the machine', () => {
  test('is longer than the time limit of the tests, and within the limit of start-runner', () => {
    expect([composeLifetime(60), composeLifetime(7_000)]).toEqual([90, 7_030]);
    expect(composeLifetime(7_199)).toBe(7_200);
  });
});
