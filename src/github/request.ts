import { GivenUp, Patience, toPurpose, Trouble, type PatienceOptions, type Purpose } from '../core/kernel/patience.js';
import { throwIfPermanent, toFailure, toRateLimited, toUnreachable } from './failures.js';
import { isHttpError, reasonOfSilence, wordsOf, type CallName, type HttpError } from './http-error.js';
import { paceOf, readRateLimit, readWait, type RateLimit, type ResponseHeaders } from './rate-limit.js';

// Octokit's retry and throttling plugins are not used. They repeat a POST whose response was lost; for
// `generate-jitconfig` that registers a second runner or returns 409. They also wait on their own timers for as long as
// GitHub demands, whereas here every wait has a bound and uses the injected clock.

/** In the first seconds of a token, some of GitHub's servers may not know it yet and answer 401. */
const TOKEN_SETTLES_MS = 5_000;

export interface Answer {
  readonly status: number;
  readonly headers: ResponseHeaders;
  readonly data: unknown;
}

/** One call. Its result is `T` after a success, or `E` after an expected error. */
export interface Call<T, E = never> extends CallName {
  /** Sends the request once. @param authorization the value of the `authorization` header */
  send(authorization: string): Promise<Answer>;
  /** Reads a successful response; `undefined` when it is unreadable, for example cut off or sent by a proxy. */
  read(answer: Answer): T | undefined;
  /** Default: `read`. */
  readonly purpose?: Purpose | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Reads an error response that is an expected result; `undefined` when it is an error. */
  readonly expected?: (error: HttpError) => E | undefined;
}

/** Authenticates requests to GitHub. */
export interface Credentials {
  /** The value of the `authorization` header. May create a token first. */
  authorize(): Promise<string>;
  /** When the current token was created, in epoch ms; absent for a token of the user. */
  readonly createdAt?: number | undefined;
}

/** How many times slower a step polls for the rest of its life once GitHub has limited it. */
const CROWDED_PACE = 4;

export interface RequestPolicy extends PatienceOptions {
  readonly credentials: Credentials;
  /**
   * The purpose of reads. Default: `read`. With `end`, the listings before a stop are as patient as the stop itself.
   */
  readonly purpose?: Purpose | undefined;
}

/**
 * Sends all requests to GitHub. Turns errors into `Failure`s, lets all calls wait together for a rate limit within a
 * bound, and repeats a request whose response was lost where that is safe.
 */
export class Requests {
  private readonly patience: Patience;
  private limit: RateLimit | undefined;
  /** GitHub's rate limit allows no request before this time, in epoch ms. */
  private closedUntil = 0;
  private closedBy: unknown;
  /** A limit was hit. One start stays far below every limit, so other programs must use the same token. */
  private isCrowded = false;

  constructor(private readonly policy: RequestPolicy) {
    this.patience = new Patience(policy);
  }

  get pace(): number {
    return Math.max(paceOf(this.limit, this.policy.clock.now()), this.isCrowded ? CROWDED_PACE : 1);
  }

  /** Sends a call that may be sent twice. It is repeated when no response comes. @throws Failure `github-*` */
  async ask<T, E = never>(call: Call<T, E>): Promise<T | E> {
    return this.persist(call, () => this.attempt(call));
  }

  /**
   * Sends a call that must not be sent twice: after a lost response it returns `unanswered`. After a rate limit the
   * call is still repeated, because a limited call had no effect. @throws Failure `github-*`
   */
  async askOnce<T, E = never>(call: Call<T, E>): Promise<T | E | 'unanswered'> {
    return this.persist(call, async () => {
      const outcome = await this.attempt(call);
      return outcome instanceof Trouble && outcome.kind === 'unanswered' ? 'unanswered' : outcome;
    });
  }

  /** Repeats an attempt that may consist of several calls. @throws Failure `github-*` */
  async persist<T>(
    call: CallName & Pick<Call<T>, 'purpose' | 'signal'>,
    attempt: () => Promise<T | Trouble>,
  ): Promise<T> {
    const { endpoint: name, signal } = call;
    const purpose = toPurpose(call.purpose, this.policy.purpose);
    const outcome = await this.patience.persist({ name, purpose, signal }, attempt);
    if (!(outcome instanceof GivenUp)) return outcome;
    const { kind, about } = outcome.trouble;
    if (kind === 'unanswered') throw toUnreachable(call, { reason: about.reason, ms: outcome.ms, cause: about.cause });
    const now = this.policy.clock.now();
    throw toRateLimited(call, { openAt: about.notBefore ?? now, now, ms: outcome.ms, cause: about.cause });
  }

  private async attempt<T, E>(call: Call<T, E>): Promise<T | E | Trouble> {
    for (;;) {
      // GitHub accepts no request during a rate limit, so concurrent calls wait together.
      if (this.policy.clock.now() < this.closedUntil) return this.limited();
      const authorization = await this.policy.credentials.authorize();
      try {
        const answer = await call.send(authorization);
        this.noteLimit(answer.headers);
        const read = call.read(answer);
        if (read !== undefined) return read;
        // The response is not kept as the cause, because it may hold part of a secret or a whole web page.
        return new Trouble('unanswered', { reason: `it answered ${answer.status} with an unreadable body` });
      } catch (error) {
        if (!isHttpError(error)) throw error;
        const outcome = await this.readErrorResponse(error, call);
        if (outcome !== 'again') return outcome;
      }
    }
  }

  private async readErrorResponse<E>(error: HttpError, call: Call<unknown, E>): Promise<E | Trouble | 'again'> {
    if (!error.response) {
      throwIfPermanent(error, call);
      return new Trouble('unanswered', { reason: reasonOfSilence(error), cause: error });
    }
    const { headers } = error.response;
    this.noteLimit(headers);
    if (error.status >= 500) {
      return new Trouble('unanswered', { reason: `it answered ${error.status} (${wordsOf(error)})`, cause: error });
    }
    const now = this.policy.clock.now();
    const wait = readWait({ status: error.status, headers, message: wordsOf(error) }, now);
    if (wait !== undefined) {
      this.closedUntil = Math.max(this.closedUntil, now + wait);
      this.closedBy = error;
      this.isCrowded = true;
      return this.limited();
    }
    if (error.status === 401 && now - (this.policy.credentials.createdAt ?? -Infinity) < TOKEN_SETTLES_MS) {
      await this.policy.clock.sleep(1000, this.policy.signal);
      return 'again';
    }
    const expected = call.expected?.(error);
    if (expected !== undefined) return expected;
    throw toFailure(error, call);
  }

  private limited(): Trouble {
    const about = { reason: 'a rate limit', cause: this.closedBy, notBefore: this.closedUntil };
    return new Trouble('throttled', about);
  }

  private noteLimit(headers: ResponseHeaders): void {
    this.limit = readRateLimit(headers, this.policy.clock.now()) ?? this.limit;
  }
}
