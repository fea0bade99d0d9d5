import { findConnectionFault } from '../core/kernel/connection-faults.js';
import { Failure } from '../core/kernel/failure.js';
import { isGarbled, readError } from './errors.js';
import { CAPACITY_REFUSALS, type RefusalClass } from './refusals.js';

/**
 * What an error means for a launch: another plan may do (`refused`), the same request may do later (`throttled`),
 * nobody knows whether it took effect (`unanswered`), or it never will (`fatal`).
 */
export type ErrorClass =
  | { readonly kind: 'refused'; readonly refusal: RefusalClass }
  | { readonly kind: 'throttled' | 'unanswered' | 'fatal' };

export const THROTTLES: ReadonlySet<string> = new Set([
  'RequestLimitExceeded',
  'Throttling',
  'ThrottlingException',
  'EC2ThrottledException',
  'RequestThrottled',
  'RequestThrottledException',
  'ThrottledException',
  'TooManyRequestsException',
  'TooManyUpdates',
  'BandwidthLimitExceeded',
  'SlowDown',
]);

/** Node's words for a connection that failed or broke. */
const BROKEN =
  /^(ECONN|ENOTFOUND|EAI_|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPROTO|ERR_SOCKET|ERR_TLS|ERR_SSL|CERT_|HPE_)/;
/** How the SDK begins the message of what its transport threw that was no `Error` of this realm. */
const TRANSPORT = 'AWS SDK error wrapper for ';
const TIMEOUTS: ReadonlySet<string> = new Set(['TimeoutError', 'RequestTimeout', 'RequestTimeoutException']);

export function classify(error: unknown): ErrorClass {
  const { code, status } = readError(error);
  const refusal = CAPACITY_REFUSALS[code];
  if (refusal) return { kind: 'refused', refusal };
  if (THROTTLES.has(code) || status === 429) return { kind: 'throttled' };
  if (isPermanent(error)) return { kind: 'fatal' };
  if (isUnanswered(error) || (status ?? 0) >= 500) return { kind: 'unanswered' };
  return { kind: 'fatal' };
}

/** Whether sending the same request again can never help: the user's settings, secrets, proxy or CA stand in the way. */
export function isPermanent(error: unknown): boolean {
  return error instanceof Failure || findConnectionFault(error)?.passes === false;
}

function isUnanswered(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, $metadata } = error as { code?: unknown; $metadata?: { clockSkewCorrected?: boolean } };
  // The SDK has set its clock by this answer, and signs the next request with it.
  if ($metadata?.clockSkewCorrected) return true;
  if (TIMEOUTS.has(error.name) || (typeof code === 'string' && BROKEN.test(code))) return true;
  return isGarbled(error) || error.message.startsWith(TRANSPORT);
}
