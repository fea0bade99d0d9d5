import { Failure, type FailureCode } from '../core/failure.js';
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

/** GitHub's own words in an error answer, with the details it gives for a validation error. */
export function wordsOf(error: HttpError): string {
  const data = error.response?.data;
  if (!isRecord(data) || typeof data['message'] !== 'string') return error.message;
  const errors = Array.isArray(data['errors']) ? data['errors'].map(describeDetail) : [];
  return [data['message'], ...errors].join('; ');
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

/** An answer of GitHub's that is no success, as a `Failure` that names what is missing where. */
export function toFailure(error: HttpError, call: CallName): Failure {
  const headers = error.response?.headers ?? {};
  const requestId = headers['x-github-request-id'];
  const about = {
    cause: error,
    ...(requestId === undefined ? {} : { requestId: String(requestId) }),
  };
  const { code, hint } = judge(error, call);
  return new Failure(code, `GitHub answered ${call.endpoint} with ${error.status}: ${wordsOf(error)}`, {
    hint,
    ...about,
  });
}

/** GitHub gave no answer that could be understood. */
export function toUnreachable(
  call: CallName,
  { reason, ms, cause }: { readonly reason: string; readonly ms: number; readonly cause: unknown },
): Failure {
  const tried = ms < 1_000 ? '' : ` after ${Math.round(ms / 1_000)} s`;
  return new Failure('github-unreachable', `GitHub could not be asked ${call.endpoint}${tried}: ${reason}.`, {
    hint:
      'See https://www.githubstatus.com, and check that this machine reaches the API address (`GITHUB_API_URL`), ' +
      'through a proxy where one is needed. Then run the job again.',
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
      hint: 'Run the job again after that time, or use credentials of its own for the runners: a GitHub App has its own limit.',
      cause: until.cause,
    },
  );
}

function judge(error: HttpError, call: CallName): { code: FailureCode; hint: string } {
  if (error.status === 401) return { code: 'github-unauthorized', hint: unauthorizedHint(call) };
  if (error.status === 403) return { code: 'github-forbidden', hint: forbiddenHint(error, call) };
  if (error.status === 404) {
    return {
      code: 'github-not-found',
      hint: `Check the names in that path. GitHub also answers 404 where the token may not look: it needs ${needs(call)}`,
    };
  }
  return { code: 'github-rejected', hint: 'GitHub understood the request and refuses it for the reason given.' };
}

function unauthorizedHint(call: CallName): string {
  if (call.asApp) {
    return (
      'Check that `app-id` and `app-private-key` belong to the same GitHub App, that the key was not deleted there, ' +
      "and that this machine's clock is right."
    );
  }
  return `The token is mistyped, expired or revoked. Give one with ${needs(call)}`;
}

function forbiddenHint(error: HttpError, call: CallName): string {
  const headers = error.response?.headers ?? {};
  const sso = /url=(\S+)/.exec(String(headers['x-github-sso'] ?? ''))?.[1];
  if (sso) return `The organization uses SAML single sign-on: authorize the token for it at ${sso}`;
  const accepted = headers['x-accepted-github-permissions'];
  const scopes = headers['x-oauth-scopes'];
  return [
    `The token needs ${needs(call)}`,
    ...(accepted ? [`GitHub accepts here: ${accepted}.`] : []),
    ...(scopes === undefined ? [] : [`This classic token's scopes are: ${scopes === '' ? 'none' : scopes}.`]),
  ].join(' ');
}

function needs(call: CallName): string {
  return `${call.permission}. The workflow's GITHUB_TOKEN can't register runners.`;
}

function describeDetail(detail: unknown): string {
  if (isRecord(detail) && typeof detail['message'] === 'string') return detail['message'];
  return typeof detail === 'string' ? detail : JSON.stringify(detail);
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
