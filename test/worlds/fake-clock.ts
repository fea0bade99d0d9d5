import type { Clock } from '../../src/core/kernel/clock.js';

interface Timer {
  readonly due: number;
  readonly fire: () => void;
}

/** 2026-01-01T00:00:00Z, the default start of a fake clock. */
export const FAKE_START = Date.UTC(2026, 0, 1);

/**
 * A clock on which hours pass at once. Whenever the whole process waits, the clock jumps to the next timer, so a test
 * awaits the code under test as usual. The clock relies on in-memory fakes: everything except a sleep must be over within
 * the microtasks before the next jump.
 */
export class FakeClock implements Clock {
  private time: number;
  private readonly latest: number;
  private readonly timers: Timer[] = [];
  private ticking = false;

  /** @param limitMs a wait beyond this time counts as a wait without a bound and is rejected. Default: one day */
  constructor(start = FAKE_START, limitMs = 24 * 3_600_000) {
    this.time = start;
    this.latest = start + limitMs;
  }

  now(): number {
    return this.time;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.time + ms > this.latest)
      throw new Error('The fake clock reached its limit: is there a wait without a bound?');
    await new Promise<void>((resolve, reject) => {
      const timer = this.add(this.time + Math.max(0, ms), () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      });
      const abort = (): void => {
        this.timers.splice(this.timers.indexOf(timer), 1);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  /** Runs an action at a time (epoch ms), such as bringing a runner online. */
  at(time: number, action: () => void): void {
    this.add(time, action);
  }

  /** Runs an action after this time. */
  after(ms: number, action: () => void): void {
    this.add(this.time + ms, action);
  }

  private add(due: number, fire: () => void): Timer {
    const timer = { due, fire };
    this.timers.push(timer);
    this.timers.sort((a, b) => a.due - b.due);
    this.tickLater();
    return timer;
  }

  private tickLater(): void {
    if (this.ticking) return;
    this.ticking = true;
    setImmediate(() => {
      this.ticking = false;
      const next = this.timers.shift();
      if (!next) return;
      this.time = Math.max(this.time, next.due);
      next.fire();
      if (this.timers.length > 0) this.tickLater();
    });
  }
}
