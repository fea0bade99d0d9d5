import { isRecord } from './json.js';
import type { ResponseHeaders } from './rate-limit.js';

/** The part of Octokit's `RequestError` that the adapter uses. @octokit/rest does not export the class. */
export interface HttpError extends Error {
  readonly status: number;
  /** Absent when no response came. */
  readonly response?: { readonly headers: ResponseHeaders; readonly data: unknown };
}

/** What error messages need of a REST call. */
export interface CallName {
  /** Method and path, such as `GET /repos/octo-org/octo-repo/actions/runners`. */
  readonly endpoint: string;
  /** The permission that the call needs, as a noun. */
  readonly permission: string;
  /** How a workflow's GITHUB_TOKEN gets the permission, in a sentence. Default: it cannot register runners. */
  readonly grant?: string;
  /** True when the call authenticates as the GitHub App itself, with a token signed by its private key. */
  readonly asApp?: boolean;
}

export function isHttpError(error: unknown): error is HttpError {
  return error instanceof Error && error.name === 'HttpError' && 'status' in error && typeof error.status === 'number';
}

/** How many characters are quoted of a response that does not come from GitHub, such as a web page of a proxy. */
const LONGEST_QUOTE = 300;

/** GitHub's own words in an error response, with the details of a validation error; '' when it has none. */
export function wordsOf(error: HttpError): string {
  const data = error.response?.data;
  if (!isRecord(data)) return error.message.slice(0, LONGEST_QUOTE);
  const errors = Array.isArray(data['errors']) ? data['errors'].map(describeDetail) : [];
  const message = typeof data['message'] === 'string' ? data['message'] : '';
  // Some responses have a text in place of the list of errors. A blocked repository has its reason in `block`.
  const further = typeof data['errors'] === 'string' ? [data['errors']] : [];
  const block = isRecord(data['block']) ? [`reason: ${String(data['block']['reason'])}`] : [];
  return [message, ...errors, ...further, ...block].filter((part) => part !== '').join('; ');
}

function describeDetail(detail: unknown): string {
  if (isRecord(detail) && typeof detail['message'] === 'string') return detail['message'];
  return typeof detail === 'string' ? detail : JSON.stringify(detail);
}

/** GitHub's link to the documentation of the call, in parentheses; '' when the response has none. */
export function documentationOf(error: HttpError): string {
  const data = error.response?.data;
  const url = isRecord(data) ? data['documentation_url'] : undefined;
  return typeof url === 'string' && url !== '' ? ` (${url})` : '';
}

/** Why no response came: the innermost cause, because `fetch` itself reports only that it failed. */
export function reasonOfSilence(error: HttpError): string {
  let reason: unknown = error;
  while (isRecord(reason) && isRecord(reason['cause'])) reason = reason['cause'];
  if (!isRecord(reason)) return error.message;
  if (reason['name'] === 'TimeoutError') return 'no answer in time';
  // When the connection to a name with several addresses is refused, the message is empty and only the code is set.
  const words = [reason['message'], reason['code']].filter((word) => typeof word === 'string');
  return words.find((word) => word !== '') ?? error.message;
}
