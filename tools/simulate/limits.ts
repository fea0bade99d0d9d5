import type { SandboxResponse } from '../../sandbox/http.js';

export interface Answered extends Pick<SandboxResponse, 'status' | 'body'> {
  readonly cloud: 'github' | 'ec2';
  readonly operation: string;
}

/** A limit, and how many requests it refused. */
export interface Refusal {
  readonly limit: string;
  readonly times: number;
  /** The first refusal, in ms from the beginning of the hour. */
  readonly firstAt: number;
}

/** How GitHub's answers name each limit, in the order in which they are tried. */
const GITHUB_LIMITS = [
  { words: 'API rate limit exceeded', limit: 'requests an hour' },
  { words: 'blocked from content creation', limit: '80 creations a minute' },
  { words: 'secondary rate limit', limit: '900 points a minute' },
] as const;
/** The throttling errors of EC2 and of SSM. Each action has a bucket of its own, so the action's name is the limit's. */
const AWS_CODES = /RequestLimitExceeded|ThrottlingException/;

/** The limit that refused a request; `undefined` if none did. @throws Error if GitHub refused it without a limit */
export function findLimit({ cloud, operation, status, body }: Answered): string | undefined {
  if (status < 400) return undefined;
  const text = body.toString();
  if (cloud === 'ec2') return AWS_CODES.test(text) ? operation : undefined;
  if (status !== 403 && status !== 429) return undefined;
  const found = GITHUB_LIMITS.find(({ words }) => text.includes(words));
  // No request of the simulation lacks a permission.
  if (!found) throw new Error(`GitHub refused ${operation} with ${status}, and not for a limit: ${text}`);
  return found.limit;
}
