import { expect, test } from '@jest/globals';
import { Throttle } from '../../sandbox/ec2/throttle.js';

/** How many of so many calls at one moment are let through. */
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

test('five launches at once, a hundred of anything else', () => {
  const throttle = new Throttle();
  expect(countAdmitted(throttle, 'RunInstances', 10)).toBe(5);
  expect(countAdmitted(throttle, 'DescribeInstances', 150)).toBe(100);
});

test('each action has a bucket of its own', () => {
  const throttle = new Throttle();
  countAdmitted(throttle, 'DescribeImages', 150);
  expect(countAdmitted(throttle, 'DescribeInstances', 1)).toBe(1);
});
