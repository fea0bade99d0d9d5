import type { SandboxResponse } from '../../sandbox/http.js';

export interface Answered extends Pick<SandboxResponse, 'status' | 'body'> {
  readonly cloud: 'github' | 'ec2';
  readonly operation: string;
}

/** A limit, and how often it was why a request was refused. */
export interface Refusal {
  readonly limit: string;
  readonly times: number;
  /** The first of them, in ms from the hour's beginning. */
  readonly firstAt: number;
}

/** GitHub's own words for each of its limits, in the order in which they are looked for. */
const GITHUB_LIMITS = [
  { words: 'API rate limit exceeded', limit: 'requests an hour' },
  { words: 'blocked from content creation', limit: '80 creations a minute' },
  { words: 'secondary rate limit', limit: '900 points a minute' },
] as const;
/** EC2's, then SSM's. Each action has a bucket of its own, so its name is the limit's. */
const AWS_CODES = /RequestLimitExceeded|ThrottlingException/;

/** Which limit this was refused by; `undefined`: by none. @throws Error for a refusal of GitHub's without a limit */
export function findLimit({ cloud, operation, status, body }: Answered): string | undefined {
  if (status < 400) return undefined;
  const text = body.toString();
  if (cloud === 'ec2') return AWS_CODES.test(text) ? operation : undefined;
  if (status !== 403 && status !== 429) return undefined;
  const found = GITHUB_LIMITS.find(({ words }) => text.includes(words));
  // Nothing here lacks a permission.
  if (!found) throw new Error(`GitHub refused ${operation} with ${status}, and not for a limit: ${text}`);
  return found.limit;
}
