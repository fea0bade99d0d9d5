/** Response headers as Octokit gives them: names in lower case. */
export type ResponseHeaders = Readonly<Record<string, string | number | undefined>>;

/** What GitHub said about the primary rate limit in one response. */
export interface RateLimit {
  readonly limit: number;
  readonly remaining: number;
  /** Epoch ms on this machine's clock. */
  readonly resetsAt: number;
}

/** GitHub's windows last an hour. Source: GitHub docs, "Rate limits for the REST API". */
const WINDOW_MS = 3_600_000;
/** What GitHub asks for when a secondary limit names no time. Source: same page. */
const SECONDARY_WAIT_MS = 60_000;

/** The rate limit a response tells of; `undefined` where there is none (GHES may have it switched off). */
export function readRateLimit(headers: ResponseHeaders, now: number): RateLimit | undefined {
  const limit = readNumber(headers['x-ratelimit-limit']);
  const remaining = readNumber(headers['x-ratelimit-remaining']);
  const reset = readNumber(headers['x-ratelimit-reset']);
  if (limit === undefined || remaining === undefined || reset === undefined) return undefined;
  return { limit, remaining, resetsAt: reset * 1000 - serverLead(headers, now) };
}

/**
 * How many ms to wait before repeating a refused request; `undefined` when it was not refused for a rate limit.
 * The order of the signs is GitHub's: `retry-after`, then the reset of an emptied limit, then a minute.
 */
export function readWait(
  refused: { readonly status: number; readonly headers: ResponseHeaders; readonly message: string },
  now: number,
): number | undefined {
  if (refused.status !== 403 && refused.status !== 429) return undefined;
  const retryAfter = readNumber(refused.headers['retry-after']);
  if (retryAfter !== undefined) return retryAfter * 1000;
  const limit = readRateLimit(refused.headers, now);
  if (limit?.remaining === 0) return Math.max(0, limit.resetsAt - now) + 1000; // Both ends count in whole seconds.
  if (refused.status === 429 || /rate limit|abuse detection/i.test(refused.message)) return SECONDARY_WAIT_MS;
  return undefined;
}

/**
 * How much slower than planned to poll: 1 as long as what is left, spent evenly, lasts until the reset;
 * otherwise the slower the less is left.
 */
export function paceOf(limit: RateLimit | undefined, now: number): number {
  if (!limit || limit.limit <= 0) return 1;
  const timeLeft = limit.resetsAt - now;
  const share = limit.remaining / limit.limit;
  if (share >= timeLeft / WINDOW_MS) return 1;
  if (share <= 0.05) return 5;
  return share <= 0.2 ? 2 : 1;
}

/** How far GitHub's clock is ahead of ours in ms: `x-ratelimit-reset` is told by GitHub's. */
function serverLead(headers: ResponseHeaders, now: number): number {
  const date = Date.parse(String(headers['date'] ?? ''));
  return Number.isNaN(date) ? 0 : date - now;
}

function readNumber(header: string | number | undefined): number | undefined {
  const value = Number(header ?? Number.NaN);
  return Number.isFinite(value) && header !== '' ? value : undefined;
}
