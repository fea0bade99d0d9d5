/** An error response of GitHub's. Thrown anywhere below a route, rendered by `routes/errors.ts`. */
export class GitHubError extends Error {
  override readonly name = 'GitHubError';

  constructor(
    readonly status: number,
    message: string,
    readonly details: { readonly errors?: readonly string[]; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
  }
}

/** What GitHub answers where there is nothing, and where the caller may not know that there is something. */
export function notFound(): GitHubError {
  return new GitHubError(404, 'Not Found');
}

export const RATE_LIMITED = 'API rate limit exceeded for user ID 1.';
export const SECONDARY_LIMITED =
  'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.';
const CREATION_LIMITED =
  'You have exceeded a secondary rate limit and have been temporarily blocked from content creation. Please retry your request again later.';

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
