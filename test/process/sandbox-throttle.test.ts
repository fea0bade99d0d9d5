import { expect, test } from '@jest/globals';
import { Throttle } from '../../sandbox/ec2/world/throttle.js';

/** How many of several calls at the same moment are admitted. */
function countAdmitted(throttle: Throttle, operation: string, calls: number): number {
  let admitted = 0;
  for (let call = 0; call < calls; call += 1) {
    try {
      throttle.admit(operation);
      admitted += 1;
    } catch (error) {
      expect(error).toMatchObject({ code: 'RequestLimitExceeded' });
    }
  }
  return admitted;
}

/** Buckets refill with time, which stands still here. */
const standing = () => 0;

test('admits 5 launches at once, and 100 calls of any other action', () => {
  const throttle = new Throttle({}, standing);
  expect(countAdmitted(throttle, 'RunInstances', 10)).toBe(5);
  expect(countAdmitted(throttle, 'DescribeInstances', 150)).toBe(100);
});

test('each action has a bucket of its own', () => {
  const throttle = new Throttle({}, standing);
  countAdmitted(throttle, 'DescribeImages', 150);
  expect(countAdmitted(throttle, 'DescribeInstances', 1)).toBe(1);
});

test('all actions but launches share one bucket if configured', () => {
  const throttle = new Throttle({ sharedPerSecond: 12 }, standing);
  expect(countAdmitted(throttle, 'DescribeImages', 10)).toBe(10);
  expect(countAdmitted(throttle, 'TerminateInstances', 10)).toBe(2);
  expect(countAdmitted(throttle, 'ssm:GetParameters', 10)).toBe(0);
  expect(countAdmitted(throttle, 'RunInstances', 10)).toBe(5);
});

test('launches do not use the shared bucket', () => {
  const throttle = new Throttle({ sharedPerSecond: 12 }, standing);
  countAdmitted(throttle, 'RunInstances', 10);
  expect(countAdmitted(throttle, 'DescribeInstances', 20)).toBe(12);
});

test('the shared bucket refills by what other users of the account leave', () => {
  let now = 0;
  const throttle = new Throttle({ sharedPerSecond: 12, othersPerSecond: 8 }, () => now);
  countAdmitted(throttle, 'DescribeInstances', 20);
  now = 1_000;
  expect(countAdmitted(throttle, 'DescribeInstances', 20)).toBe(4);
  now = 60_000;
  expect(countAdmitted(throttle, 'DescribeInstances', 20)).toBe(12);
});

test('options by which other users leave no request are refused', () => {
  expect(() => new Throttle({ sharedPerSecond: 12, othersPerSecond: 12 })).toThrow(RangeError);
});
