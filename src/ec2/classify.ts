import { findConnectionFault } from '../core/kernel/connection-faults.js';
import { Failure } from '../core/kernel/failure.js';
import { isUnreadable, readError } from './errors.js';
import { CAPACITY_REFUSALS, type RefusalClass } from './refusals.js';

/**
 * What an error means for a request. `refused`: another launch plan may succeed. `throttled`: the same request may
 * succeed later. `unanswered`: it is unknown whether the request took effect. `fatal`: the request cannot succeed.
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

/** Node's codes for a connection that failed or broke. */
const BROKEN =
  /^(ECONN|ENOTFOUND|EAI_|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPROTO|ERR_SOCKET|ERR_TLS|ERR_SSL|CERT_|HPE_)/;
/** The SDK's prefix for an error of its transport that is no `Error` of this JavaScript realm. */
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

/** Whether a retry cannot help, because a setting, secret, proxy or CA of the user is wrong. */
export function isPermanent(error: unknown): boolean {
  return error instanceof Failure || findConnectionFault(error)?.passes === false;
}

function isUnanswered(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, $metadata } = error as { code?: unknown; $metadata?: { clockSkewCorrected?: boolean } };
  // The SDK has corrected its clock with this response, and signs the next request with the new time.
  if ($metadata?.clockSkewCorrected) return true;
  if (TIMEOUTS.has(error.name) || (typeof code === 'string' && BROKEN.test(code))) return true;
  return isUnreadable(error) || error.message.startsWith(TRANSPORT);
}
