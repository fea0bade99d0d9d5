/** Response headers from Octokit: names in lower case. */
export type ResponseHeaders = Readonly<Record<string, string | number | undefined>>;

/** The primary rate limit in one response. */
export interface RateLimit {
  readonly limit: number;
  readonly remaining: number;
  /** In epoch ms, on this machine's clock. */
  readonly resetsAt: number;
}

/** The window of GitHub's rate limit. Source: GitHub docs, "Rate limits for the REST API". */
const WINDOW_MS = 3_600_000;
/** The wait that GitHub requires when a secondary limit names no time. Source: same page. */
const SECONDARY_WAIT_MS = 60_000;

/** The rate limit in a response; `undefined` when there is none. GHES may have it disabled. */
export function readRateLimit(headers: ResponseHeaders, now: number): RateLimit | undefined {
  const limit = readNumber(headers['x-ratelimit-limit']);
  const remaining = readNumber(headers['x-ratelimit-remaining']);
  const reset = readNumber(headers['x-ratelimit-reset']);
  if (limit === undefined || remaining === undefined || reset === undefined) return undefined;
  return { limit, remaining, resetsAt: reset * 1000 - serverLead(headers, now) };
}

/**
 * How many ms to wait before a rate-limited request may be repeated; `undefined` when the response is no rate limit.
 * GitHub's documentation defines the order: `retry-after`, then the reset of a used-up limit, then a minute.
 */
export function readWait(
  response: { readonly status: number; readonly headers: ResponseHeaders; readonly message: string },
  now: number,
): number | undefined {
  if (response.status !== 403 && response.status !== 429) return undefined;
  const retryAfter = readNumber(response.headers['retry-after']);
  if (retryAfter !== undefined) return retryAfter * 1000;
  const limit = readRateLimit(response.headers, now);
  if (limit?.remaining === 0) return Math.max(0, limit.resetsAt - now) + 1000; // Both clocks report whole seconds.
  if (response.status === 429 || /rate limit|abuse detection/i.test(response.message)) return SECONDARY_WAIT_MS;
  return undefined;
}

/**
 * How many times slower than planned to poll. 1 while the remaining requests, spent evenly, last until the reset.
 * Otherwise the factor grows as fewer requests remain.
 */
export function paceOf(limit: RateLimit | undefined, now: number): number {
  if (!limit || limit.limit <= 0) return 1;
  const timeLeft = limit.resetsAt - now;
  const share = limit.remaining / limit.limit;
  if (share >= timeLeft / WINDOW_MS) return 1;
  if (share <= 0.05) return 5;
  return share <= 0.2 ? 2 : 1;
}

/** How many ms GitHub's clock is ahead of this machine's. `x-ratelimit-reset` is on GitHub's clock. */
function serverLead(headers: ResponseHeaders, now: number): number {
  const date = Date.parse(String(headers['date'] ?? ''));
  return Number.isNaN(date) ? 0 : date - now;
}

function readNumber(header: string | number | undefined): number | undefined {
  const value = Number(header ?? Number.NaN);
  return Number.isFinite(value) && header !== '' ? value : undefined;
}
