import type { Clock } from '../core/ports.js';

/**
 * A token bucket kept on our side of the wire: `burst` calls at once, then `perSecond`. Staying under EC2's own
 * bucket is quicker than being throttled, because a throttled call costs a back-off.
 */
export class Pace {
  /** When the bucket will be full again (epoch ms). */
  private fullAt = -Infinity;

  constructor(
    private readonly rate: { readonly burst: number; readonly perSecond: number },
    private readonly clock: Clock,
  ) {}

  /** Waits for this call's turn; callers are served in the order in which they came. */
  async take(): Promise<void> {
    const interval = 1_000 / this.rate.perSecond;
    const now = this.clock.now();
    const fullAt = Math.max(this.fullAt, now);
    this.fullAt = fullAt + interval;
    const wait = fullAt - (this.rate.burst - 1) * interval - now;
    if (wait > 0) await this.clock.sleep(wait);
  }
}
