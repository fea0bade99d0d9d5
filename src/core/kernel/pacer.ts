import type { Clock } from './clock.js';

/** A token bucket as the clouds use them: `burst` calls at once, then `perSecond`. */
export interface Pacer {
  /** Resolves when the next call may be made; callers are served in order. */
  take(signal?: AbortSignal): Promise<void>;
}

// EC2 admits 5 RunInstances calls at once and refills 2 a second; one less leaves room for a clock that differs.
// Source: "Request throttling for the Amazon EC2 API".
export const LAUNCH_RATE = { burst: 4, perSecond: 2 };
// 900 REST points a minute at 5 a POST, and one session per App sustains about 166 registrations a minute (docs of
// github-aws-runners, rate limits). Source of the points: "Rate limits for the REST API".
export const REGISTER_RATE = { burst: 20, perSecond: 2.5 };

export function createPacer(rate: { burst: number; perSecond: number }, clock: Clock): Pacer {
  const step = 1000 / rate.perSecond;
  // When the bucket would be full again; it lies at most `burst` steps ahead for a call that needn't wait.
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
