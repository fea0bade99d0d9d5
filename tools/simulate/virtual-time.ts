import type { Clock } from '../../src/core/kernel/clock.js';

interface Timer {
  readonly due: number;
  readonly ring: () => void;
}

/** 2026-01-05T09:00:00Z, a Monday. */
const START = Date.UTC(2026, 0, 5, 9);
/** The number of idle turns of Node's event loop after which time moves on. */
const IDLE_TURNS = 2;

/**
 * Virtual time for a whole process: `Date`, `performance` and timers of all code, including the sandbox and the SDK. Time
 * jumps forward as soon as all code waits. Anything that does not wait for time must end within one turn of Node's event
 * loop, so sockets and files cannot be used.
 */
export class VirtualTime implements Clock {
  private time = START;
  private readonly timers: Timer[] = [];

  now(): number {
    return this.time;
  }

  /** In ms since the beginning. */
  elapsed(): number {
    return this.time - START;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const stop = (): void => {
        cancel();
        reject(signal?.reason as Error);
      };
      const cancel = this.after(ms, () => {
        signal?.removeEventListener('abort', stop);
        resolve();
      });
      signal?.addEventListener('abort', stop, { once: true });
    });
  }

  /** @returns a function that cancels the timer */
  after(ms: number, ring: () => void): () => void {
    const timer = { due: this.time + Math.max(0, ms), ring };
    // Timers that are due at the same moment fire in the order in which they were set.
    let [from, to] = [0, this.timers.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.timers[middle]!.due <= timer.due) from = middle + 1;
      else to = middle;
    }
    this.timers.splice(from, 0, timer);
    return () => {
      const at = this.timers.indexOf(timer);
      if (at >= 0) this.timers.splice(at, 1);
    };
  }

  /** Lets time pass until the work is done. @throws Error if all code waits and no timer is set */
  async run<T>(work: Promise<T>): Promise<T> {
    const state = { isDone: false };
    const settle = (): void => void (state.isDone = true);
    work.then(settle, settle);
    while (!state.isDone) {
      for (let turn = 0; turn < IDLE_TURNS; turn += 1) await nextTurn();
      if (state.isDone) break;
      const next = this.timers.shift();
      if (!next) throw new Error('All code waits, and no timer is set.');
      this.time = Math.max(this.time, next.due);
      next.ring();
    }
    return work;
  }

  /** Replaces the time of the process. @returns a function that restores it */
  install(): () => void {
    const real = { Date, setTimeout, clearTimeout, now: performance.now.bind(performance) };
    const now = (): number => this.time;
    globalThis.Date = new Proxy(real.Date, {
      construct: (target, given, as) => Reflect.construct(target, given.length === 0 ? [now()] : given, as) as object,
      get: (target, key, as) => (key === 'now' ? now : (Reflect.get(target, key, as) as unknown)),
    });
    performance.now = () => this.elapsed();
    globalThis.setTimeout = this.makeSetTimeout() as unknown as typeof setTimeout;
    globalThis.clearTimeout = (timer: unknown) => {
      if (timer instanceof VirtualTimer) timer.cancel();
      else real.clearTimeout(timer as NodeJS.Timeout);
    };
    return () => {
      Object.assign(globalThis, { Date: real.Date, setTimeout: real.setTimeout, clearTimeout: real.clearTimeout });
      performance.now = real.now;
    };
  }

  private makeSetTimeout() {
    return <A extends unknown[]>(action: (...given: A) => void, ms = 0, ...given: A): VirtualTimer =>
      new VirtualTimer(this.after(ms, () => action(...given)));
  }
}

/** The part of a Node timer that is used here. */
class VirtualTimer {
  constructor(readonly cancel: () => void) {}

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return false;
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
