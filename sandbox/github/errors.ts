import type { SandboxResponse } from '../http.js';
import type { StatusFault } from '../traffic.js';

/** An answer of GitHub's that is an error: thrown anywhere below a route, rendered by {@link renderError}. */
export class GitHubError extends Error {
  override readonly name = 'GitHubError';

  constructor(
    readonly status: number,
    message: string,
    readonly about: { readonly errors?: readonly string[]; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
  }
}

/** What GitHub answers where there is nothing, and where the caller may not know that there is something. */
export function notFound(): GitHubError {
  return new GitHubError(404, 'Not Found');
}

export function renderError(error: GitHubError): SandboxResponse {
  const body = {
    message: error.message,
    ...(error.about.errors && { errors: error.about.errors }),
    documentation_url: 'https://docs.github.com/rest',
    status: String(error.status),
  };
  return { status: error.status, headers: error.about.headers ?? {}, body: JSON.stringify(body) };
}

const RATE_LIMITED = 'API rate limit exceeded for user ID 1.';
const SECONDARY_LIMITED = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.';
const CREATION_LIMITED =
  'You have exceeded a secondary rate limit and have been temporarily blocked from content creation. Please retry your request again later.';

/** Faults by name, next to plain statuses: what GitHub's own limits look like to a client. */
const FAULT_CODES: Readonly<Record<string, (fault: StatusFault) => GitHubError>> = {
  'secondary-rate-limit': (fault) =>
    new GitHubError(fault.status ?? 403, SECONDARY_LIMITED, { headers: { 'retry-after': '60', ...fault.headers } }),
  'rate-limit': (fault) =>
    new GitHubError(fault.status ?? 403, RATE_LIMITED, {
      headers: { 'x-ratelimit-remaining': '0', ...fault.headers },
    }),
};

const STATUS_MESSAGES: Readonly<Record<number, string>> = {
  401: 'Bad credentials',
  403: 'Resource not accessible by personal access token',
  404: 'Not Found',
  422: 'Validation Failed',
  429: SECONDARY_LIMITED,
  500: 'Server Error',
  502: 'Server Error',
  503: 'Service unavailable',
};

/**
 * A `status` fault in GitHub's words. `code` may be `secondary-rate-limit` or `rate-limit`; else the status
 * decides (default 500).
 */
export function renderFault(fault: StatusFault): SandboxResponse {
  const status = fault.status ?? 500;
  const error =
    FAULT_CODES[fault.code ?? '']?.(fault) ??
    new GitHubError(status, STATUS_MESSAGES[status] ?? 'Server Error', fault.headers ? { headers: fault.headers } : {});
  const worded = fault.message ? new GitHubError(error.status, fault.message, error.about) : error;
  const response = renderError(worded);
  return fault.body === undefined ? response : { ...response, body: fault.body };
}

/** The error of a caller that asks too much in too short a time. GitHub mostly says a minute. */
export function secondaryLimited(): GitHubError {
  return new GitHubError(403, SECONDARY_LIMITED, { headers: { 'retry-after': '60' } });
}

/** The same of one that creates too much: GitHub has words of its own for it. */
export function creationLimited(): GitHubError {
  return new GitHubError(403, CREATION_LIMITED, { headers: { 'retry-after': '60' } });
}

/** The error of a caller whose requests are used up. */
export function rateLimited(): GitHubError {
  return new GitHubError(403, RATE_LIMITED);
}
