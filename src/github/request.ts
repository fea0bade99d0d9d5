import { GivenUp, Patience, toPurpose, Trouble, type PatienceOptions, type Purpose } from '../core/kernel/patience.js';
import { paceOf, readRateLimit, readWait, type RateLimit, type ResponseHeaders } from './rate-limit.js';
import { throwIfPermanent, toFailure, toRateLimited, toUnreachable } from './failures.js';
import { isHttpError, reasonOfSilence, wordsOf, type CallName, type HttpError } from './http-error.js';

// Octokit's retry and throttling plugins are not used: they repeat a POST whose answer was lost, which for
// `generate-jitconfig` registers a second runner or answers 409, and they sleep on timers of their own, for as long
// as GitHub says, while here every wait counts against a bound and goes through the injected clock.

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
  /** Default: `read`. */
  readonly purpose?: Purpose | undefined;
  readonly signal?: AbortSignal | undefined;
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

/** So much slower than planned a start polls for the rest of its life once GitHub has limited it. */
const CROWDED_PACE = 4;

export interface RequestPolicy extends PatienceOptions {
  readonly credentials: Credentials;
  /** What reads are for. Default: `read`. With `end` the listings that a stop goes by are as patient as the stop. */
  readonly purpose?: Purpose | undefined;
}

/**
 * How every request to GitHub is made: errors translated once, rate limits waited for within a bound and by all
 * calls together, lost answers repeated where that is safe.
 */
export class Requests {
  private readonly patience: Patience;
  private limit: RateLimit | undefined;
  /** Before this time GitHub wants no request of ours, in epoch ms. */
  private closedUntil = 0;
  private closedBy: unknown;
  /** Others ask with the same token: a limit was hit, though one start's questions are far below any. */
  private isCrowded = false;

  constructor(private readonly policy: RequestPolicy) {
    this.patience = new Patience(policy);
  }

  get pace(): number {
    return Math.max(paceOf(this.limit, this.policy.clock.now()), this.isCrowded ? CROWDED_PACE : 1);
  }

  /** For what may be done twice: tried again when there was no answer. @throws Failure `github-*` */
  async ask<T, E = never>(call: Call<T, E>): Promise<T | E> {
    return this.persist(call, () => this.attempt(call));
  }

  /**
   * For what must not be done twice: a lost answer is told, not repeated. A call refused for a rate limit had no
   * effect, so that is still waited for. @throws Failure `github-*`
   */
  async askOnce<T, E = never>(call: Call<T, E>): Promise<T | E | 'unanswered'> {
    return this.persist(call, async () => {
      const outcome = await this.attempt(call);
      return outcome instanceof Trouble && outcome.kind === 'unanswered' ? 'unanswered' : outcome;
    });
  }

  /** Repeats what is more than one call. @throws Failure `github-*` */
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
      // GitHub wants no further request while it limits us, so calls side by side wait together.
      if (this.policy.clock.now() < this.closedUntil) return this.limited();
      const authorization = await this.policy.credentials.authorize();
      try {
        const answer = await call.send(authorization);
        this.noteLimit(answer.headers);
        const read = call.read(answer);
        if (read !== undefined) return read;
        // Not kept as the cause: it may be half a secret, or a whole web page.
        return new Trouble('unanswered', { reason: `it answered ${answer.status} with something unreadable` });
      } catch (error) {
        if (!isHttpError(error)) throw error;
        const outcome = await this.judge(error, call);
        if (outcome !== 'again') return outcome;
      }
    }
  }

  private async judge<E>(error: HttpError, call: Call<unknown, E>): Promise<E | Trouble | 'again'> {
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
    if (error.status === 401 && now - (this.policy.credentials.mintedAt ?? -Infinity) < TOKEN_SETTLES_MS) {
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
