import { Ec2Error } from './errors.js';

interface Bucket {
  tokens: number;
  filledAt: number;
}

/**
 * EC2's token buckets per account, region and action: what one action uses up, another doesn't lack.
 * Source: EC2 developer guide, "Request throttling for the Amazon EC2 API": "each API is evaluated individually";
 * RunInstances holds 5 and refills 2 a second, non-mutating actions hold 100 and refill 20 a second.
 */
export class Throttle {
  private readonly buckets = new Map<string, Bucket>();

  /** @throws Ec2Error `RequestLimitExceeded` when the operation's bucket is empty. */
  admit(operation: string): void {
    const [size, perSecond] = operation === 'RunInstances' ? [5, 2] : [100, 20];
    const now = performance.now();
    const bucket = this.buckets.get(operation) ?? { tokens: size, filledAt: now };
    this.buckets.set(operation, bucket);
    bucket.tokens = Math.min(size, bucket.tokens + ((now - bucket.filledAt) / 1000) * perSecond);
    bucket.filledAt = now;
    if (bucket.tokens < 1) throw new Ec2Error('RequestLimitExceeded', 'Request limit exceeded.');
    bucket.tokens -= 1;
  }
}
