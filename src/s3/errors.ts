import * as advice from '../core/kernel/advice.js';
import { CREATE_BUCKET } from '../core/kernel/export-advice.js';
import { Failure, type FailureCode } from '../core/kernel/failure.js';
import type { TroubleKind } from '../core/kernel/patience.js';
import { classify } from '../ec2/classify.js';
import { isServiceError, readError } from '../ec2/errors.js';
import { translate } from '../ec2/failures.js';
import { parseXml, textOf } from './xml.js';

/** The codes of answers without a body, which S3 sends to HEAD. */
const BY_STATUS: Readonly<Record<number, string>> = { 403: 'AccessDenied', 404: 'NotFound', 400: 'BadRequest' };

/** An answer of S3 that is an error, in the shape of the SDK's errors, which `src/ec2` reads. */
export function toServiceError(answer: {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}): Error {
  const { status, headers, text } = answer;
  const { code, message } = readBody(text);
  return Object.assign(new Error(message || `S3 answered ${status} without a reason`), {
    name: code || BY_STATUS[status] || 'Unknown',
    $fault: status >= 500 ? 'server' : 'client',
    $metadata: { httpStatusCode: status, requestId: headers['x-amz-request-id'] },
  });
}

/** The code and message of an error; both are empty if the body is none of S3's. */
export function readBody(text: string): { readonly code: string; readonly message: string; readonly region: string } {
  if (!text.includes('<Error>')) return { code: '', message: '', region: '' };
  try {
    const error = parseXml(text);
    return { code: textOf(error, 'Code'), message: textOf(error, 'Message'), region: textOf(error, 'Region') };
  } catch {
    return { code: '', message: '', region: '' };
  }
}

/**
 * Errors after which the same request may succeed: damage on the way, a conflict that passes, and what S3 may send within
 * a success.
 */
const PASSING =
  /^(InternalError|BadDigest|XAmzContentSHA256Mismatch|XAmzContentChecksumMismatch|IncompleteBody|OperationAborted)$/;

/**
 * Whether the request may be sent again. S3 answers 503 to too many requests, whatever the code is.
 * Source: Amazon S3 API reference, "List of error codes", SlowDown and ServiceUnavailable.
 */
export function toTroubleKind(error: unknown): TroubleKind | undefined {
  const { code, status } = readError(error);
  if (isServiceError(error) && status === 503) return 'throttled';
  if (PASSING.test(code)) return 'unanswered';
  const { kind } = classify(error);
  return kind === 'throttled' || kind === 'unanswered' ? kind : undefined;
}

const KNOWN: Readonly<Record<string, { code: FailureCode; message: string; hint: string }>> = {
  NoSuchBucket: { code: 'bucket-missing', message: 'There is no such bucket', hint: CREATE_BUCKET },
  InvalidBucketName: {
    code: 'bucket-missing',
    message: 'S3 has no bucket of such a name',
    hint: CREATE_BUCKET,
  },
  InvalidAccessKeyId: {
    code: 'aws-not-authorized',
    message: 'AWS does not know the access key',
    hint: advice.CHECK_AWS_CREDENTIALS,
  },
  RequestTimeTooSkewed: {
    code: 'aws-rejected',
    message: 'The clock of this machine is wrong',
    hint: advice.CHECK_CLOCK,
  },
};

/** What a request was about, for the message of its failure. */
export interface About {
  /** Such as `s3:PutObject`. */
  readonly action: string;
  /** Such as `s3://bucket/key`. */
  readonly place: string;
}

/** Turns every error of S3, or of the way to it, into a `Failure` that names the place. Returns a bug unchanged. */
export function toFailure(error: unknown, { action, place }: About, triedMs = 0): unknown {
  const aws = readError(error);
  const known = isServiceError(error) ? KNOWN[aws.code] : undefined;
  if (known) {
    const { code, message, hint } = known;
    return new Failure(code, `${place}: ${message}: ${aws.message} (${aws.code} to ${action}).`, {
      hint,
      cause: error,
      ...(aws.requestId !== undefined && { requestId: aws.requestId }),
    });
  }
  const failure = translate(error, action, triedMs);
  if (!(failure instanceof Failure)) return failure;
  return new Failure(failure.code, `${place}: ${failure.message}`, failure.about);
}
