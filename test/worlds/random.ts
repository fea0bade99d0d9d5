import type { Clock } from '../../src/core/kernel/clock.js';
import { createRandom } from '../../src/core/kernel/random.js';

export { createRandom };

/**
 * One of several processes in a simulated world. Each call takes time on the way to the service and on the way back.
 * After the process is killed none of its calls ever returns, but a call on its way to the service still takes effect.
 */
export class Fate {
  private dead = false;

  constructor(
    private readonly clock: Clock,
    private readonly random: () => number,
    /** The longest time of a call in one direction, in ms. */
    private readonly latencyMs: number,
  ) {}

  kill(): void {
    this.dead = true;
  }

  /** The port as this process calls it. */
  bind<T extends object>(port: T): T {
    return new Proxy(port, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return (...input: unknown[]) => this.live(() => (value as (...all: unknown[]) => unknown).apply(target, input));
      },
    });
  }

  /** The world's clock, on which no sleep of a killed process ends. */
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

/** Shuffles a copy of the items (Fisher and Yates). */
export function shuffle<T>(items: readonly T[], seed: number): T[] {
  const random = createRandom(seed);
  const shuffled = [...items];
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [shuffled[last], shuffled[other]] = [shuffled[other]!, shuffled[last]!];
  }
  return shuffled;
}
