import { Ec2Error } from './errors.js';

export interface ThrottleOptions {
  /**
   * How many requests a second everything but launches may make together. Absent: each action has a bucket of its own,
   * as EC2 documents it.
   */
  readonly sharedPerSecond?: number;
  /** How many of the shared requests a second the account's other users make. Default 0. */
  readonly othersPerSecond?: number;
}

/** What a token bucket holds at most, and what it gains a second. */
interface Rate {
  readonly size: number;
  readonly perSecond: number;
}

interface Bucket {
  tokens: number;
  filledAt: number;
}

const LAUNCHES: Rate = { size: 5, perSecond: 2 };
const OTHER_ACTIONS: Rate = { size: 100, perSecond: 20 };

/**
 * EC2's token buckets of one account and region.
 *
 * By default each action has a bucket of its own. Source: EC2 developer guide, "Request throttling for the Amazon EC2
 * API": "each API is evaluated individually"; RunInstances holds 5 and refills 2 a second, non-mutating actions hold 100
 * and refill 20 a second.
 *
 * With `sharedPerSecond` all requests but RunInstances share one bucket, SSM's included. This is stricter than what AWS
 * documents, and stands for an account in which other programs send requests as well: the same buckets serve all
 * programs of an account, so that a program finds them empty which has not sent anything before.
 */
export class Throttle {
  private readonly buckets = new Map<string, Bucket>();
  private readonly shared: Rate | undefined;

  /**
   * @param now in ms
   * @throws RangeError when the other users leave nothing
   */
  constructor(
    options: ThrottleOptions = {},
    private readonly now: () => number = () => performance.now(),
  ) {
    const { sharedPerSecond: size, othersPerSecond = 0 } = options;
    if (size === undefined) return;
    if (size <= othersPerSecond) throw new RangeError(`Others make ${othersPerSecond} of ${size} requests a second.`);
    this.shared = { size, perSecond: size - othersPerSecond };
  }

  /** @throws Ec2Error `RequestLimitExceeded` when the operation's bucket is empty. */
  admit(operation: string): void {
    const isLaunch = operation === 'RunInstances';
    const name = isLaunch || !this.shared ? operation : 'shared';
    const { size, perSecond } = isLaunch ? LAUNCHES : (this.shared ?? OTHER_ACTIONS);
    const now = this.now();
    const bucket = this.buckets.get(name) ?? { tokens: size, filledAt: now };
    this.buckets.set(name, bucket);
    bucket.tokens = Math.min(size, bucket.tokens + ((now - bucket.filledAt) / 1000) * perSecond);
    bucket.filledAt = now;
    if (bucket.tokens < 1) throw new Ec2Error('RequestLimitExceeded', 'Request limit exceeded.');
    bucket.tokens -= 1;
  }
}
