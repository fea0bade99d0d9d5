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

/** The error for a resource that does not exist, or that the caller may not see. */
export function notFound(): GitHubError {
  return new GitHubError(404, 'Not Found');
}

export const RATE_LIMITED = 'API rate limit exceeded for user ID 1.';
export const SECONDARY_LIMITED =
  'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.';
const CREATION_LIMITED =
  'You have exceeded a secondary rate limit and have been temporarily blocked from content creation. Please retry your request again later.';

/** The error for too many requests in too short a time. GitHub mostly asks to wait a minute. */
export function secondaryLimited(): GitHubError {
  return new GitHubError(403, SECONDARY_LIMITED, { headers: { 'retry-after': '60' } });
}

/** The error for too many creations, which GitHub words differently. */
export function creationLimited(): GitHubError {
  return new GitHubError(403, CREATION_LIMITED, { headers: { 'retry-after': '60' } });
}

/** The error for a used-up primary rate limit. */
export function rateLimited(): GitHubError {
  return new GitHubError(403, RATE_LIMITED);
}
