import type { Clock } from '../core/ports.js';
import { paceOf, readRateLimit, readWait, type RateLimit, type ResponseHeaders } from './rate-limit.js';
import {
  isHttpError,
  refuseHopeless,
  silenceOf,
  toFailure,
  toRateLimited,
  toUnreachable,
  wordsOf,
  type CallName,
  type HttpError,
} from './refusals.js';

// Octokit's retry and throttling plugins are not used: they repeat a POST whose answer was lost, which for
// `generate-jitconfig` registers a second runner or answers 409, and they sleep on timers of their own, for as long
// as GitHub says, while here every wait counts against a bound and goes through the injected clock.

/** How often a read is tried when GitHub does not answer. */
const TRIES = 3;
/** The first back-off; it doubles. */
const BACK_OFF_MS = 500;
/** GitHub may not know a token everywhere in its first seconds, and answers 401 meanwhile. */
const TOKEN_SETTLES_MS = 5_000;

export interface Answer {
  readonly status: number;
  readonly headers: ResponseHeaders;
  readonly data: unknown;
}

/** One call, and what counts as its answer: `T` of a success, `E` of an expected error. */
export interface Call<T, E = never> extends CallName {
  /** Sends it once, with the authorization it is given. */
  send(authorization: string): Promise<Answer>;
  /** Makes sense of a success; `undefined`: it makes none, as when it was cut off or a proxy answered. */
  read(answer: Answer): T | undefined;
  /** Error statuses that are answers too: what they mean, or `undefined` for an error after all. */
  readonly expected?: (error: HttpError) => E | undefined;
}

/** Who we are to GitHub. */
export interface Credentials {
  /** The `authorization` header's value; may mint a token first. */
  authorize(): Promise<string>;
  /** When the token in use was minted, in epoch ms; absent for one that was given. */
  readonly mintedAt?: number | undefined;
}

/** Why there is no answer. */
class Unanswered {
  constructor(
    readonly reason: string,
    readonly cause: unknown,
  ) {}
}

/** What one call may still spend on waiting for rate limits. */
interface Patience {
  leftMs: number;
}

/** So much slower than planned a start polls for the rest of its life once GitHub has limited it. */
const CROWDED_PACE = 4;

export interface RequestPolicy {
  readonly clock: Clock;
  readonly credentials: Credentials;
  /** How long one call waits for rate limits, in all. */
  readonly patienceSeconds: number;
  /** A number in [0, 1), to spread repeats. */
  readonly random: () => number;
}

/**
 * How every request to GitHub is made: errors translated once, rate limits waited for within a bound and by all
 * calls together, lost answers repeated where that is safe.
 */
export class Requests {
  private limit: RateLimit | undefined;
  /** Before this time GitHub wants no request of ours, in epoch ms. */
  private closedUntil = 0;
  private closedBy: unknown;
  /** Others ask with the same token: a limit was hit, though one start's questions are far below any. */
  private isCrowded = false;

  constructor(private readonly policy: RequestPolicy) {}

  get pace(): number {
    return Math.max(paceOf(this.limit, this.policy.clock.now()), this.isCrowded ? CROWDED_PACE : 1);
  }

  /** For what may be done twice: tried again when there was no answer. @throws Failure `github-*` */
  async ask<T, E = never>(call: Call<T, E>): Promise<T | E> {
    const patience = this.newPatience();
    for (let tried = 1; ; tried++) {
      const outcome = await this.attempt(call, patience);
      if (!(outcome instanceof Unanswered)) return outcome;
      if (tried === TRIES) throw toUnreachable(call, `${outcome.reason}, ${TRIES} times`, outcome.cause);
      const longest = BACK_OFF_MS * 2 ** (tried - 1);
      await this.policy.clock.sleep(longest * (0.5 + this.policy.random() / 2));
    }
  }

  /**
   * For what must not be done twice: a lost answer is told, not repeated. A call refused for a rate limit had no
   * effect, so that is still waited for. @throws Failure `github-*`
   */
  async askOnce<T, E = never>(call: Call<T, E>): Promise<T | E | 'unanswered'> {
    const outcome = await this.attempt(call, this.newPatience());
    return outcome instanceof Unanswered ? 'unanswered' : outcome;
  }

  private newPatience(): Patience {
    return { leftMs: this.policy.patienceSeconds * 1000 };
  }

  /** One try, or several when GitHub refused to look at it. */
  private async attempt<T, E>(call: Call<T, E>, patience: Patience): Promise<T | E | Unanswered> {
    for (;;) {
      await this.waitUntilOpen(call, patience);
      const authorization = await this.policy.credentials.authorize();
      try {
        const answer = await call.send(authorization);
        this.noteLimit(answer.headers);
        const read = call.read(answer);
        if (read !== undefined) return read;
        // Not kept as the cause: it may be half a secret, or a whole web page.
        return new Unanswered(`it answered ${answer.status} with something unreadable`, undefined);
      } catch (error) {
        if (!isHttpError(error)) throw error;
        const outcome = await this.judge(error, call);
        if (outcome !== 'again') return outcome;
      }
    }
  }

  private async judge<E>(error: HttpError, call: Call<unknown, E>): Promise<E | Unanswered | 'again'> {
    if (!error.response) {
      refuseHopeless(error, call);
      return new Unanswered(silenceOf(error), error);
    }
    const { headers } = error.response;
    this.noteLimit(headers);
    if (error.status >= 500) return new Unanswered(`it answered ${error.status} (${wordsOf(error)})`, error);
    const now = this.policy.clock.now();
    const wait = readWait({ status: error.status, headers, message: wordsOf(error) }, now);
    if (wait !== undefined) {
      this.closedUntil = Math.max(this.closedUntil, now + wait);
      this.closedBy = error;
      this.isCrowded = true;
      return 'again';
    }
    if (error.status === 401 && now - (this.policy.credentials.mintedAt ?? -Infinity) < TOKEN_SETTLES_MS) {
      await this.policy.clock.sleep(1000);
      return 'again';
    }
    const expected = call.expected?.(error);
    if (expected !== undefined) return expected;
    throw toFailure(error, call);
  }

  /** GitHub wants no further request while it limits us, so calls side by side wait together. */
  private async waitUntilOpen(call: CallName, patience: Patience): Promise<void> {
    const { clock, random } = this.policy;
    for (let now = clock.now(); now < this.closedUntil; now = clock.now()) {
      const wait = this.closedUntil - now;
      if (wait > patience.leftMs) throw toRateLimited(call, { openAt: this.closedUntil, now, cause: this.closedBy });
      patience.leftMs -= wait;
      await clock.sleep(wait + random() * 1000); // Spread, so that not all come back at the same instant.
    }
  }

  private noteLimit(headers: ResponseHeaders): void {
    this.limit = readRateLimit(headers, this.policy.clock.now()) ?? this.limit;
  }
}
