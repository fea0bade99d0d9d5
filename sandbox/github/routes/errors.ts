import type { SandboxResponse } from '../../http.js';
import type { StatusFault } from '../../traffic.js';
import { GitHubError, RATE_LIMITED, SECONDARY_LIMITED } from '../world/errors.js';

export function renderError(error: GitHubError): SandboxResponse {
  const body = {
    message: error.message,
    ...(error.details.errors && { errors: error.details.errors }),
    documentation_url: 'https://docs.github.com/rest',
    status: String(error.status),
  };
  return { status: error.status, headers: error.details.headers ?? {}, body: JSON.stringify(body) };
}

/** Faults by name, besides plain statuses: the errors of GitHub's limits. */
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
 * Renders a `status` fault in GitHub's words. `code` may be `secondary-rate-limit` or `rate-limit`. Otherwise the status
 * decides (default 500).
 */
export function renderFault(fault: StatusFault): SandboxResponse {
  const status = fault.status ?? 500;
  const error =
    FAULT_CODES[fault.code ?? '']?.(fault) ??
    new GitHubError(status, STATUS_MESSAGES[status] ?? 'Server Error', fault.headers ? { headers: fault.headers } : {});
  const worded = fault.message ? new GitHubError(error.status, fault.message, error.details) : error;
  const response = renderError(worded);
  return fault.body === undefined ? response : { ...response, body: fault.body };
}
