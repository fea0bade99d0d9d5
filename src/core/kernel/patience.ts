import { backOff, type BackOffState, type TroubleKind } from './back-off.js';
import type { Clock } from './clock.js';

export type { TroubleKind } from './back-off.js';

/**
 * What a request is for, which says how long it is worth trying. `glance`: it is repeated later or can be done without.
 * `register`: it creates something. `end`: it takes something away, or finds what is to be taken away.
 */
export type Purpose = 'glance' | 'read' | 'register' | 'end';

/** No try begins later than this after the first trouble. */
export const PATIENCE_MS: Readonly<Record<Purpose, Readonly<Record<TroubleKind, number>>>> = {
  glance: { throttled: 5_000, unanswered: 5_000 },
  read: { throttled: 180_000, unanswered: 30_000 },
  register: { throttled: 180_000, unanswered: 60_000 },
  end: { throttled: 300_000, unanswered: 60_000 },
};
/** What a cancelled step has: GitHub kills it 10 s after the first signal, and the last second is for the report. */
const CANCELLED_MS = 9_000;
const CANCELLED_WAIT_MS = 1_000;

/** Why one try came to nothing, where another one may do better. */
export class Trouble {
  constructor(
    readonly kind: TroubleKind,
    readonly about: {
      /** For the log: `RequestLimitExceeded`. */
      readonly reason: string;
      readonly cause?: unknown;
      /** When the service wants the next try, in epoch ms. */
      readonly notBefore?: number;
    },
  ) {}
}

/** The last trouble of a call whose patience is over. */
export class GivenUp {
  constructor(
    readonly trouble: Trouble,
    /** For how long it was tried. */
    readonly ms: number,
  ) {}
}

/** ` after 30 s`, as a part of a sentence; nothing for what was tried once. */
export function renderTried(ms: number): string {
  return ms < 1_000 ? '' : ` after ${Math.round(ms / 1_000)} s`;
}

export interface PatienceOptions {
  readonly clock: Clock;
  /** For the jitter: from 0 to 1. */
  readonly random: () => number;
  /** How long to wait before the next try, in ms. Default: {@link backOff}. */
  readonly strategy?: ((state: BackOffState) => number) | undefined;
  /** Ends every wait. What ends something, and what is asked after it, is tried for some seconds more. */
  readonly signal?: AbortSignal | undefined;
  /** Told of each wait. */
  readonly log?: { info(sentence: string): void } | undefined;
}

/** What a call is for: reads serve what their connection is for, everything else has a purpose of its own. */
export function toPurpose(purpose: Purpose = 'read', ofReads: Purpose = 'read'): Purpose {
  return purpose === 'read' ? ofReads : purpose;
}

export interface PatientCall {
  /** For the log: `TerminateInstances`. */
  readonly name: string;
  readonly purpose: Purpose;
  /** In the place of {@link PatienceOptions.signal}. */
  readonly signal?: AbortSignal | undefined;
}

/** After so long without a refusal nothing of it holds any more. */
const FORGET_MS = 20_000;

/** The one policy for whatever may be sent twice. One object for the calls that share a limit: they learn together. */
export class Patience {
  /** Refusals of the calls side by side, a round of them counted once. */
  private level = 0;
  private raisedAt = Number.NEGATIVE_INFINITY;
  private abortedAt: number | undefined;

  constructor(private readonly options: PatienceOptions) {}

  /**
   * Repeats `attempt` until it has an answer or the patience is over. What it throws is thrown.
   *
   * @throws the signal's reason
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

  /** Where others are being refused, a further call waits before its first try; what ends something does not. */
  private async queue(tries: Tries): Promise<void> {
    const { clock, random, strategy = backOff } = this.options;
    if (clock.now() - this.raisedAt > FORGET_MS) this.level = 0;
    if (this.level === 0 || tries.purpose === 'end' || tries.purpose === 'glance') return;
    const state = { kind: 'throttled', refusals: this.level, waitedMs: 0, leftMs: Infinity } as const;
    await this.sleep(strategy({ ...state, random: random() }), tries);
  }

  /** Of calls that were under way together, one refusal counts. */
  private learn({ kind, about }: Trouble, { sentAt, now }: { sentAt: number; now: number }): void {
    if (kind !== 'throttled' || about.notBefore !== undefined || sentAt < this.raisedAt) return;
    this.level += 1;
    this.raisedAt = now;
  }

  private leftOf(tries: Tries, kind: TroubleKind, now: number): number {
    const leftMs = tries.note(kind, now);
    return this.isAborted() ? Math.min(leftMs, CANCELLED_MS - (now - this.abortedAt!)) : leftMs;
  }

  /** The last try is made when the patience ends, however much longer the wait would have been. */
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

  /** @throws the signal's reason, unless this ends something or was begun after it */
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
  /** Whether an abort makes its waits short, instead of ending them. */
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

  /** @returns how much patience is left: being throttled counts from the first trouble, silence from where it began */
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
