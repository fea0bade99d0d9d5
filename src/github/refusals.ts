import * as advice from '../core/kernel/advice.js';
import { findConnectionFault, toConnectionFailure } from '../core/kernel/connection-faults.js';
import { Failure, type FailureCode } from '../core/kernel/failure.js';
import { renderTried } from '../core/kernel/patience.js';
import { adviseOnCause } from './advice.js';
import type { ResponseHeaders } from './rate-limit.js';

/** The part of Octokit's `RequestError` that is used here; its class is not exported by @octokit/rest. */
export interface HttpError extends Error {
  readonly status: number;
  /** Absent when no answer came at all. */
  readonly response?: { readonly headers: ResponseHeaders; readonly data: unknown };
}

/** What a failed call was for. */
export interface CallName {
  /** Method and path, such as `GET /repos/octo-org/octo-repo/actions/runners`. */
  readonly endpoint: string;
  /** The permission it takes, as a noun. */
  readonly permission: string;
  /** True when the call is made as the GitHub App itself, with a token signed by its private key. */
  readonly asApp?: boolean;
}

export function isHttpError(error: unknown): error is HttpError {
  return error instanceof Error && error.name === 'HttpError' && 'status' in error && typeof error.status === 'number';
}

/** How much of an answer is quoted that is not GitHub's own, such as a web page. */
const LONGEST_QUOTE = 300;

/** GitHub's own words in an error answer, with the details it gives for a validation error; '' where it has none. */
export function wordsOf(error: HttpError): string {
  const data = error.response?.data;
  if (!isRecord(data)) return error.message.slice(0, LONGEST_QUOTE);
  const errors = Array.isArray(data['errors']) ? data['errors'].map(describeDetail) : [];
  const message = typeof data['message'] === 'string' ? data['message'] : '';
  // Some errors are a text instead of a list, and a blocked repository has its reason apart.
  const further = typeof data['errors'] === 'string' ? [data['errors']] : [];
  const block = isRecord(data['block']) ? [`reason: ${String(data['block']['reason'])}`] : [];
  return [message, ...errors, ...further, ...block].filter((part) => part !== '').join('; ');
}

/** Where GitHub's documentation explains the call, as GitHub itself says. */
function documentationOf(error: HttpError): string {
  const data = error.response?.data;
  const url = isRecord(data) ? data['documentation_url'] : undefined;
  return typeof url === 'string' && url !== '' ? ` (${url})` : '';
}

/** Why no answer came: the innermost reason, since `fetch` says only that it failed. */
export function silenceOf(error: HttpError): string {
  let reason: unknown = error;
  while (isRecord(reason) && isRecord(reason['cause'])) reason = reason['cause'];
  if (!isRecord(reason)) return error.message;
  if (reason['name'] === 'TimeoutError') return 'no answer in time';
  // A refused connection to a name with several addresses has an empty message and only a code.
  const words = [reason['message'], reason['code']].filter((word) => typeof word === 'string');
  return words.find((word) => word !== '') ?? error.message;
}

/** An answer of GitHub's that is no success: its own words first, then what to do about that cause. */
export function toFailure(error: HttpError, call: CallName): Failure {
  const headers = error.response?.headers ?? {};
  const requestId = headers['x-github-request-id'];
  const about = {
    cause: error,
    ...(requestId === undefined ? {} : { requestId: String(requestId) }),
  };
  const words = wordsOf(error);
  const { code, hint } = judge(error, call);
  const said = `${words === '' ? ' and gives no reason' : `: ${words}`}${documentationOf(error)}`;
  return new Failure(code, `GitHub answered ${call.endpoint} with ${error.status}${said}`, {
    hint: adviseOnCause(error, words, call) ?? hint,
    ...about,
  });
}

/** For a request that never arrived. @throws Failure when sending it again can never help */
export function refuseHopeless(error: unknown, call: CallName): void {
  if (findConnectionFault(error)?.passes === false) throw toUnreachable(call, { reason: '', ms: 0, cause: error });
}

/** GitHub gave no answer that could be understood. */
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

/** The rate limit keeps us out for longer than we may wait. */
export function toRateLimited(
  call: CallName,
  until: { openAt: number; now: number; ms: number; cause: unknown },
): Failure {
  const seconds = Math.ceil((until.openAt - until.now) / 1000);
  const waited = until.ms < 1_000 ? '' : `, after ${Math.round(until.ms / 1_000)} s of waiting`;
  const time = new Date(until.openAt).toISOString().replace(/\.\d+Z$/, 'Z');
  return new Failure(
    'github-rate-limited',
    `GitHub's rate limit refuses ${call.endpoint} until ${time} (${seconds} s)${waited}.`,
    {
      hint: advice.WAIT_FOR_RATE_LIMIT,
      cause: until.cause,
    },
  );
}

/** By the status, for a cause that is not known. */
function judge(error: HttpError, call: CallName): { code: FailureCode; hint: string } {
  if (error.status === 401) return { code: 'github-unauthorized', hint: unauthorizedHint(call) };
  if (error.status === 403) return { code: 'github-forbidden', hint: forbiddenHint(error, call) };
  if (error.status === 404) {
    return {
      code: 'github-not-found',
      hint: `${advice.CHECK_NAMES_IN_PATH} It needs ${needs(call)}`,
    };
  }
  return { code: 'github-rejected', hint: advice.CORRECT_GITHUB_REQUEST };
}

function unauthorizedHint(call: CallName): string {
  if (call.asApp) return `${advice.CHECK_APP_KEY} ${advice.CHECK_CLOCK}`;
  return `The token is mistyped, expired or revoked. Give one with ${needs(call)}`;
}

function forbiddenHint(error: HttpError, call: CallName): string {
  const headers = error.response?.headers ?? {};
  const accepted = headers['x-accepted-github-permissions'];
  const scopes = headers['x-oauth-scopes'];
  return [
    `The token needs ${needs(call)}`,
    ...(accepted ? [`GitHub accepts here: ${accepted}.`] : []),
    ...(scopes === undefined ? [] : [`This classic token's scopes are: ${scopes === '' ? 'none' : scopes}.`]),
  ].join(' ');
}

function needs(call: CallName): string {
  return `${call.permission}. ${advice.GITHUB_TOKEN_CANNOT}`;
}

function describeDetail(detail: unknown): string {
  if (isRecord(detail) && typeof detail['message'] === 'string') return detail['message'];
  return typeof detail === 'string' ? detail : JSON.stringify(detail);
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** "May not look" is not "may not use". */
export function isRefusedLook(error: unknown): error is Failure {
  return error instanceof Failure && (error.code === 'github-forbidden' || error.code === 'github-not-found');
}
