import type { Clock, Log } from '../core/ports.js';
import { classify, readError } from './errors.js';

type Passing = 'throttled' | 'unanswered';

/** Being throttled is waiting one's turn: EC2 lets 2 launches a second through, and 100 starts at once are 50 s. */
const MOST_TRIES: Readonly<Record<Passing, number>> = { throttled: Infinity, unanswered: 6 };
/** No further try begins later than this after the first. */
const PATIENCE_MS: Readonly<Record<Passing, number>> = { throttled: 180_000, unanswered: 60_000 };
const BACK_OFF_MS: Readonly<Record<Passing, number>> = { throttled: 1_000, unanswered: 250 };
const LONGEST_BACK_OFF_MS = 10_000;

export interface PersistOptions {
  readonly clock: Clock;
  readonly log?: Pick<Log, 'info'>;
  /** For the jitter: from 0 to 1. */
  readonly random: () => number;
}

/**
 * Tries until EC2 decides, with a client that must not retry by itself: EC2 answers 500 when it has no capacity, which
 * the SDK would try again. Only for what may be sent twice.
 */
export async function persist<T>(operation: string, send: () => Promise<T>, options: PersistOptions): Promise<T> {
  const { clock, log, random } = options;
  const begun = clock.now();
  for (let tries = 1; ; tries++) {
    try {
      return await send();
    } catch (error) {
      const { kind } = classify(error);
      if (kind !== 'throttled' && kind !== 'unanswered') throw error;
      const wait = backOff(BACK_OFF_MS[kind], { tries, random });
      if (tries >= MOST_TRIES[kind] || clock.now() + wait > begun + PATIENCE_MS[kind]) throw error;
      log?.info(`${operation}: ${readError(error).code}, trying again in ${(wait / 1_000).toFixed(1)} s.`);
      await clock.sleep(wait);
    }
  }
}

/** Exponential; half of it at random, so that requests side by side do not come back together. */
function backOff(base: number, { tries, random }: { tries: number; random: () => number }): number {
  const longest = Math.min(LONGEST_BACK_OFF_MS, base * 2 ** (tries - 1));
  return longest / 2 + (longest / 2) * random();
}
