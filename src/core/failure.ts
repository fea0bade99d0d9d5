/**
 * An expected dead end: something a user can read, understand and act on.
 *
 * Everything thrown that is not a `Failure` is a bug in this suite and is reported as one.
 */
export class Failure extends Error {
  override readonly name = 'Failure';

  constructor(
    /** Stable, kebab-case: what a user can search for (`aws-no-credentials`). */
    readonly code: FailureCode,
    /** What failed, in one sentence. */
    message: string,
    /** `why`, as far as it is known; `hint`: what to do next; `cause`: the vendor's error; `details`: further lines. */
    readonly about: {
      readonly why?: string;
      readonly hint: string;
      readonly cause?: unknown;
      readonly details?: readonly string[];
      readonly requestId?: string;
    },
  ) {
    super(message, about.cause === undefined ? undefined : { cause: about.cause });
  }

  get hint(): string {
    return this.about.hint;
  }
}

/** Every way in which start, stop and their adapters can end badly. */
export type FailureCode =
  | 'bad-input'
  | 'cancelled'
  | 'aws-no-credentials'
  | 'aws-no-region'
  | 'aws-not-authorized'
  | 'aws-rejected'
  | 'aws-throttled'
  | 'aws-unreachable'
  | 'quota-exceeded'
  | 'no-capacity'
  | 'launch-budget-spent'
  | 'image-not-found'
  | 'image-unusable'
  | 'runner-version-refused'
  | 'network-mismatch'
  | 'payload-too-large'
  | 'github-unauthorized'
  | 'github-forbidden'
  | 'github-not-found'
  | 'github-rejected'
  | 'github-rate-limited'
  | 'github-unreachable'
  | 'runner-name-taken'
  | 'runner-removed'
  | 'instance-died'
  | 'startup-timeout'
  | 'not-ours'
  | 'cleanup-incomplete';

/** Whatever was thrown, in words. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
