import type { Clock } from '../../src/core/kernel/clock.js';

/** Numbers in [0, 1) that a seed repeats: mulberry32. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * One process among several in a simulated world: each of its calls takes time on the way there and back, and none of
 * them ever ends once the process has been killed. A call that is on its way there still takes effect.
 */
export class Fate {
  private dead = false;

  constructor(
    private readonly clock: Clock,
    private readonly random: () => number,
    /** The longest way, one direction, in ms. */
    private readonly latencyMs: number,
  ) {}

  kill(): void {
    this.dead = true;
  }

  /** The same port, as this process sees it. */
  bind<T extends object>(port: T): T {
    return new Proxy(port, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return (...given: unknown[]) => this.live(() => (value as (...all: unknown[]) => unknown).apply(target, given));
      },
    });
  }

  /** Time passes as for everyone, until the process is dead. */
  bindClock(): Clock {
    return { now: () => this.clock.now(), sleep: (ms, signal) => this.untilDeath(this.clock.sleep(ms, signal)) };
  }

  private async live<T>(act: () => T): Promise<T> {
    await this.untilDeath(this.clock.sleep(0));
    const answer = async () => {
      await this.travel();
      try {
        return await act();
      } finally {
        await this.travel();
      }
    };
    return this.untilDeath(answer());
  }

  private travel(): Promise<void> {
    return this.clock.sleep(this.random() * this.latencyMs);
  }

  private untilDeath<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      promise.then(
        (value) => this.dead || resolve(value),
        (error: unknown) => this.dead || reject(error as Error),
      );
    });
  }
}
