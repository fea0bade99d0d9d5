import { Ec2Error } from './errors.js';

export interface ThrottleOptions {
  /**
   * The requests per second that all actions but RunInstances share. Absent: each action has a bucket of its own, as EC2
   * documents it.
   */
  readonly sharedPerSecond?: number;
  /** How many of the shared requests per second the account's other users make. Default 0. */
  readonly othersPerSecond?: number;
}

/** The size of a token bucket, and the tokens that it gains per second. */
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
 * documents. It models an account in which other programs send requests as well: they empty the same buckets, so that a
 * program may be throttled at its first request.
 */
export class Throttle {
  private readonly buckets = new Map<string, Bucket>();
  private readonly shared: Rate | undefined;

  /**
   * @param now in ms
   * @throws RangeError if the other users leave no request
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
