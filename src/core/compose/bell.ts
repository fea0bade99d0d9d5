import type { Clock } from '../kernel/clock.js';

/** Lets a loop wait for an event or for its next look, whichever is first. */
export class Bell {
  private controller = new AbortController();

  ring(): void {
    this.controller.abort();
  }

  /** Waits for a ring since the last wait, at most so long. @throws the signal's reason */
  async wait(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
    try {
      await clock.sleep(ms, AbortSignal.any([this.controller.signal, signal]));
    } catch (reason) {
      signal.throwIfAborted();
      if (!this.controller.signal.aborted) throw reason;
    }
    if (this.controller.signal.aborted) this.controller = new AbortController();
  }
}

/**
 * Runs a body with a signal that is aborted when the time is over or the outer signal is.
 *
 * @returns what the body returned, and whether the time was over before
 */
export async function within<T>(
  { clock, signal, ms }: { readonly clock: Clock; readonly signal?: AbortSignal; readonly ms: number },
  body: (signal: AbortSignal) => Promise<T>,
): Promise<{ readonly value: T; readonly isLate: boolean }> {
  const [late, done] = [new AbortController(), new AbortController()];
  const timer = clock.sleep(Math.max(0, ms), done.signal).then(
    () => late.abort(),
    () => {},
  );
  try {
    const value = await body(signal ? AbortSignal.any([late.signal, signal]) : late.signal);
    return { value, isLate: late.signal.aborted };
  } finally {
    done.abort();
    await timer;
  }
}
