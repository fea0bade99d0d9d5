import type { Clock } from './clock.js';

/** A token bucket, as cloud APIs use them: `burst` calls at once, then `perSecond`. */
export interface Pacer {
  /** Resolves when the next call may be sent. Callers are served in order. */
  take(signal?: AbortSignal): Promise<void>;
}

// EC2 admits 5 RunInstances calls at once and refills 2 a second. The bucket here is one call smaller, in case the
// clocks differ. Source: "Request throttling for the Amazon EC2 API".
export const LAUNCH_RATE = { burst: 4, perSecond: 2 };
// GitHub allows 900 points a minute, and a POST costs 5 (source: "Rate limits for the REST API"). One session per App
// sustains about 166 registrations a minute (source: docs of github-aws-runners, rate limits).
export const REGISTER_RATE = { burst: 20, perSecond: 2.5 };

export function createPacer(rate: { burst: number; perSecond: number }, clock: Clock): Pacer {
  const step = 1000 / rate.perSecond;
  // When the bucket will be full again. A call may go out at once if that is at most `burst` steps ahead.
  let fullAt = Number.NEGATIVE_INFINITY;
  return {
    async take(signal) {
      const now = clock.now();
      fullAt = Math.max(fullAt, now) + step;
      const wait = fullAt - now - rate.burst * step;
      if (wait > 0) await clock.sleep(wait, signal);
    },
  };
}
