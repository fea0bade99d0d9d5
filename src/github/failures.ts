import * as advice from '../core/kernel/advice.js';
import { findConnectionFault, toConnectionFailure } from '../core/kernel/connection-faults.js';
import { Failure, type FailureCode } from '../core/kernel/failure.js';
import { renderTried } from '../core/kernel/patience.js';
import { renderTime } from '../core/kernel/times.js';
import { advise } from './advice.js';
import { documentationOf, wordsOf, type CallName, type HttpError } from './http-error.js';

const CODES: Readonly<Record<number, FailureCode>> = {
  401: 'github-unauthorized',
  403: 'github-forbidden',
  404: 'github-not-found',
};

/** The `Failure` for an error response: the message quotes GitHub's words, the hint says what to do about the cause. */
export function toFailure(error: HttpError, call: CallName): Failure {
  const headers = error.response?.headers ?? {};
  const requestId = headers['x-github-request-id'];
  const words = wordsOf(error);
  const reason = `${words === '' ? ' and gives no reason' : `: ${words}`}${documentationOf(error)}`;
  const code = CODES[error.status] ?? 'github-rejected';
  return new Failure(code, `GitHub answered ${call.endpoint} with ${error.status}${reason}`, {
    hint: advise(error, call),
    cause: error,
    ...(requestId === undefined ? {} : { requestId: String(requestId) }),
  });
}

/** @throws Failure when the request could not be sent for a reason that lasts, so that a retry cannot help */
export function throwIfPermanent(error: unknown, call: CallName): void {
  if (findConnectionFault(error)?.passes === false) throw toUnreachable(call, { reason: '', ms: 0, cause: error });
}

/** The `Failure` for a call without a readable response. */
export function toUnreachable(
  call: CallName,
  { reason, ms, cause }: { readonly reason: string; readonly ms: number; readonly cause: unknown },
): Failure {
  const intro = `GitHub could not be asked ${call.endpoint}${renderTried(ms)}`;
  const fault = toConnectionFailure(cause, intro);
  if (fault) return fault;
  return new Failure('github-unreachable', `${intro}: ${reason}.`, {
    hint: advice.CHECK_WAY_TO_GITHUB,
    cause,
  });
}

/** The `Failure` for a rate limit that lasts longer than the call's patience. */
export function toRateLimited(
  call: CallName,
  until: { openAt: number; now: number; ms: number; cause: unknown },
): Failure {
  const seconds = Math.ceil((until.openAt - until.now) / 1000);
  const waited = until.ms < 1_000 ? '' : `, after ${Math.round(until.ms / 1_000)} s of waiting`;
  return new Failure(
    'github-rate-limited',
    `GitHub's rate limit refuses ${call.endpoint} until ${renderTime(until.openAt)} (${seconds} s)${waited}.`,
    {
      hint: advice.WAIT_FOR_RATE_LIMIT,
      cause: until.cause,
    },
  );
}

/** Whether the token may not read something. That does not mean that a job may not use it. */
export function isReadDenied(error: unknown): error is Failure {
  return error instanceof Failure && (error.code === 'github-forbidden' || error.code === 'github-not-found');
}
