import { findConnectionFault } from '../core/kernel/connection-faults.js';
import { Failure } from '../core/kernel/failure.js';
import type { Refusal } from '../core/ports/ec2.js';

/** What EC2 or SSM said, or what kept them from saying anything. */
export interface AwsError {
  readonly code: string;
  readonly message: string;
  readonly status?: number;
  readonly requestId?: string;
}

/**
 * What an error means for a launch: another plan may do (`refused`), the same request may do later (`throttled`),
 * nobody knows whether it took effect (`unanswered`), or it never will (`fatal`).
 */
export type ErrorClass =
  | { readonly kind: 'refused'; readonly refusal: RefusalClass }
  | { readonly kind: 'throttled' | 'unanswered' | 'fatal' };

/** How far a refusal reaches, and why. */
export type RefusalClass = Pick<Refusal, 'scope' | 'kind'>;

const NO_CAPACITY = { scope: 'plan', kind: 'capacity' } as const;
const NO_ROOM = { scope: 'subnet', kind: 'capacity' } as const;
const NOT_OFFERED = { scope: 'plan', kind: 'unsupported' } as const;
const FAMILY_QUOTA = { scope: 'type', kind: 'quota' } as const;
const MARKET_QUOTA = { scope: 'market', kind: 'quota' } as const;

/**
 * Codes after which another plan is worth a try. Source: EC2 API reference, "Error codes for the Amazon EC2 API".
 * Quotas of vCPUs are per family and market, so a type of another family may still start.
 */
export const REFUSALS: Readonly<Record<string, RefusalClass>> = {
  InsufficientInstanceCapacity: NO_CAPACITY,
  InsufficientHostCapacity: NO_CAPACITY,
  InsufficientCapacityOnHost: NO_CAPACITY,
  InsufficientCapacity: NO_CAPACITY,
  UnfulfillableCapacity: NO_CAPACITY,
  InsufficientReservedInstanceCapacity: NO_CAPACITY,
  InsufficientAddressCapacity: NO_CAPACITY,
  InsufficientFreeAddressesInSubnet: NO_ROOM,
  InsufficientVolumeCapacity: NO_ROOM,
  SpotMaxPriceTooLow: NO_CAPACITY,
  Unsupported: NOT_OFFERED,
  VolumeTypeNotAvailableInZone: { scope: 'subnet', kind: 'unsupported' },
  VcpuLimitExceeded: FAMILY_QUOTA,
  InstanceLimitExceeded: FAMILY_QUOTA,
  MaxSpotInstanceCountExceeded: FAMILY_QUOTA,
  ResourceLimitExceeded: FAMILY_QUOTA,
  MaxSpotFleetRequestCountExceeded: MARKET_QUOTA,
  TargetCapacityLimitExceededException: MARKET_QUOTA,
};

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

/** A success that lacks what every success has. */
export class GarbledAnswer extends Error {
  override readonly name = 'GarbledAnswer';
}

export function classify(error: unknown): ErrorClass {
  const { code, status } = readError(error);
  const refusal = REFUSALS[code];
  if (refusal) return { kind: 'refused', refusal };
  if (THROTTLES.has(code) || status === 429) return { kind: 'throttled' };
  if (isHopeless(error)) return { kind: 'fatal' };
  if (isUnanswered(error) || (status ?? 0) >= 500) return { kind: 'unanswered' };
  return { kind: 'fatal' };
}

/** Whether sending the same request again can never help: the user's settings, secrets, proxy or CA stand in the way. */
export function isHopeless(error: unknown): boolean {
  return error instanceof Failure || findConnectionFault(error)?.passes === false;
}

export function toRefusal(error: unknown, refusal: RefusalClass): Refusal {
  const { code, message, requestId } = readError(error);
  return { code, message, ...refusal, ...(requestId !== undefined && { requestId }) };
}

/** Whether AWS itself said this, in a form that could be read. */
export function isServiceError(error: unknown): boolean {
  return error instanceof Error && '$fault' in error;
}

/** AWS's code (`UnauthorizedOperation`), or Node's (`ECONNREFUSED`) where AWS did not speak. */
export function readError(error: unknown): AwsError {
  if (!(error instanceof Error)) return { code: '', message: String(error) };
  const { $metadata, code } = error as { code?: unknown; $metadata?: { httpStatusCode?: number; requestId?: string } };
  // The SDK's word for an error answer without a code in it, as gateways and proxies give.
  const nameless = error.name === 'Unknown';
  const name = nameless ? `HTTP ${$metadata?.httpStatusCode}` : error.name;
  return {
    code: typeof code === 'string' && !isServiceError(error) ? code : name,
    message: nameless ? 'an error without a reason' : (error.message.split('\n')[0] ?? '') || String(code),
    ...($metadata?.httpStatusCode !== undefined && { status: $metadata.httpStatusCode }),
    ...($metadata?.requestId !== undefined && { requestId: $metadata.requestId }),
  };
}

function isUnanswered(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, $metadata } = error as { code?: unknown; $metadata?: { clockSkewCorrected?: boolean } };
  // The SDK has set its clock by this answer, and signs the next request with it.
  if ($metadata?.clockSkewCorrected) return true;
  if (TIMEOUTS.has(error.name) || (typeof code === 'string' && BROKEN.test(code))) return true;
  return isGarbled(error) || error.message.startsWith(TRANSPORT);
}

/** Whether an answer came that could not be read: the SDK hangs it on the error. It does not try again after one. */
export function isGarbled(error: unknown): boolean {
  return error instanceof GarbledAnswer || (error instanceof Error && '$response' in error && !isServiceError(error));
}
