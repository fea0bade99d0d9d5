import { backOff, type BackOffState, type TroubleKind } from './back-off.js';
import type { Clock } from './clock.js';

export type { TroubleKind } from './back-off.js';

/**
 * The purpose of a request, which decides how long it is retried. `glance`: the caller repeats it later or can do
 * without the answer. `register`: it creates something. `end`: it removes something, or finds what is to be removed.
 */
export type Purpose = 'glance' | 'read' | 'register' | 'end';

/** How long after the first trouble a try may still begin, in ms. */
export const PATIENCE_MS: Readonly<Record<Purpose, Readonly<Record<TroubleKind, number>>>> = {
  glance: { throttled: 5_000, unanswered: 5_000 },
  read: { throttled: 180_000, unanswered: 30_000 },
  register: { throttled: 180_000, unanswered: 60_000 },
  end: { throttled: 300_000, unanswered: 60_000 },
};
/**
 * How long a canceled step may go on: GitHub kills it 10 s after the first signal, and the report needs the last
 * second.
 */
const CANCELLED_MS = 9_000;
/** The longest wait between two tries in a canceled step. */
const CANCELLED_WAIT_MS = 1_000;

/** Why one try failed, if another try may succeed. */
export class Trouble {
  constructor(
    readonly kind: TroubleKind,
    readonly about: {
      /** For the log: `RequestLimitExceeded`. */
      readonly reason: string;
      readonly cause?: unknown;
      /** The earliest time of the next try, as the service asked, in epoch ms. */
      readonly notBefore?: number;
    },
  ) {}
}

/** The outcome of a call whose patience is over, with its last trouble. */
export class GivenUp {
  constructor(
    readonly trouble: Trouble,
    /** How long the call was tried. */
    readonly ms: number,
  ) {}
}

/** ` after 30 s`, as a part of a sentence; '' for a call that was not retried. */
export function renderTried(ms: number): string {
  return ms < 1_000 ? '' : ` after ${Math.round(ms / 1_000)} s`;
}

export interface PatienceOptions {
  readonly clock: Clock;
  /** Source of the jitter: a number from 0 to 1. */
  readonly random: () => number;
  /** How long to wait before the next try, in ms. Default: {@link backOff}. */
  readonly strategy?: ((state: BackOffState) => number) | undefined;
  /**
   * Ends every wait. Calls with the purpose `end`, and calls that begin after the signal was aborted, are tried for
   * some seconds more.
   */
  readonly signal?: AbortSignal | undefined;
  /** Gets a line for each wait. */
  readonly log?: { info(sentence: string): void } | undefined;
}

/** Replaces the purpose `read` by the purpose that the connection sets for its reads. Any other purpose stays. */
export function toPurpose(purpose: Purpose = 'read', ofReads: Purpose = 'read'): Purpose {
  return purpose === 'read' ? ofReads : purpose;
}

export interface PatientCall {
  /** For the log: `TerminateInstances`. */
  readonly name: string;
  readonly purpose: Purpose;
  /** Overrides {@link PatienceOptions.signal}. */
  readonly signal?: AbortSignal | undefined;
}

/** How long a refusal makes further calls wait before their first try, in ms. */
const FORGET_MS = 20_000;

/**
 * The retry policy for every request that may be sent twice. Calls that share a rate limit share one object and its
 * state.
 */
export class Patience {
  /** How many times calls were throttled. Calls that were under way at the same time count once. */
  private level = 0;
  private raisedAt = Number.NEGATIVE_INFINITY;
  private abortedAt: number | undefined;

  constructor(private readonly options: PatienceOptions) {}

  /**
   * Repeats `attempt` until it has an answer or the patience is over.
   *
   * @throws what `attempt` throws; the signal's reason
   */
  async persist<T>(call: PatientCall, attempt: () => Promise<T | Trouble>): Promise<T | GivenUp> {
    const { clock } = this.options;
    const tries = new Tries(call.purpose, call.signal ?? this.options.signal, this.isAborted());
    const begunAt = clock.now();
    await this.queue(tries);
    for (;;) {
      const sentAt = clock.now();
      const outcome = await attempt();
      if (!(outcome instanceof Trouble)) {
        this.level >>= 1;
        return outcome;
      }
      const now = clock.now();
      this.learn(outcome, { sentAt, now });
      const leftMs = this.leftOf(tries, outcome.kind, now);
      const wait = this.waitFor(outcome, tries, { leftMs, now });
      if (wait === undefined) return new GivenUp(outcome, now - begunAt);
      const seconds = (wait / 1_000).toFixed(1);
      this.options.log?.info(`${call.name}: ${outcome.about.reason}, trying again in ${seconds} s.`);
      await this.sleep(wait, tries);
    }
  }

  /**
   * While other calls are being throttled, a call waits before its first try, unless its purpose is `end` or `glance`.
   */
  private async queue(tries: Tries): Promise<void> {
    const { clock, random, strategy = backOff } = this.options;
    if (clock.now() - this.raisedAt > FORGET_MS) this.level = 0;
    if (this.level === 0 || tries.purpose === 'end' || tries.purpose === 'glance') return;
    const state = { kind: 'throttled', refusals: this.level, waitedMs: 0, leftMs: Infinity } as const;
    await this.sleep(strategy({ ...state, random: random() }), tries);
  }

  /** Counts a refusal. The refusals of calls that were under way at the same time count once. */
  private learn({ kind, about }: Trouble, { sentAt, now }: { sentAt: number; now: number }): void {
    if (kind !== 'throttled' || about.notBefore !== undefined || sentAt < this.raisedAt) return;
    this.level += 1;
    this.raisedAt = now;
  }

  private leftOf(tries: Tries, kind: TroubleKind, now: number): number {
    const leftMs = tries.note(kind, now);
    return this.isAborted() ? Math.min(leftMs, CANCELLED_MS - (now - this.abortedAt!)) : leftMs;
  }

  /**
   * @returns ms until the next try, which is the last one if it comes when the patience ends; `undefined` when the
   * patience is over
   */
  private waitFor({ kind, about }: Trouble, tries: Tries, { leftMs, now }: { leftMs: number; now: number }) {
    const askedMs = about.notBefore === undefined ? undefined : Math.max(0, about.notBefore - now);
    if (leftMs <= 0 || (askedMs ?? 0) > leftMs) return undefined;
    const { random, strategy = backOff } = this.options;
    const wait = strategy({
      kind,
      refusals: Math.max(tries.refusals, kind === 'throttled' ? this.level : 0),
      waitedMs: tries.waitedMs(now),
      leftMs,
      random: random(),
      ...(askedMs !== undefined && { askedMs }),
    });
    const longest = this.isAborted() ? Math.max(askedMs ?? 0, CANCELLED_WAIT_MS) : Infinity;
    return Math.min(wait, longest, leftMs);
  }

  /** @throws the signal's reason, unless the call's purpose is `end` or it began after the signal */
  private async sleep(ms: number, { goesOn, signal }: Tries): Promise<void> {
    const { clock } = this.options;
    if (signal?.aborted) {
      if (!goesOn) signal.throwIfAborted();
      return clock.sleep(ms);
    }
    try {
      await clock.sleep(ms, signal);
    } catch (reason) {
      if (!signal?.aborted || !goesOn) throw reason;
    }
  }

  private isAborted(): boolean {
    if (this.options.signal?.aborted !== true) return false;
    this.abortedAt ??= this.options.clock.now();
    return true;
  }
}

/** The tries of one call so far. */
class Tries {
  refusals = 0;
  /** Whether an abort shortens the call's waits instead of ending them. */
  readonly goesOn: boolean;
  private kind: TroubleKind | undefined;
  private firstAt = 0;
  private since = 0;

  constructor(
    readonly purpose: Purpose,
    readonly signal: AbortSignal | undefined,
    isAborted: boolean,
  ) {
    this.goesOn = isAborted || purpose === 'end';
  }

  /**
   * @returns the patience that is left, in ms. For `throttled` it is counted from the first trouble of the call, for
   * `unanswered` from the first of the last unanswered tries in a row
   */
  note(kind: TroubleKind, now: number): number {
    if (this.refusals++ === 0) this.firstAt = now;
    if (this.kind !== kind) this.since = kind === 'throttled' ? this.firstAt : now;
    this.kind = kind;
    return this.since + PATIENCE_MS[this.purpose][kind] - now;
  }

  waitedMs(now: number): number {
    return now - this.firstAt;
  }
}
