import type { FailureCode } from './failure-codes.js';

export type { FailureCode } from './failure-codes.js';

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

/** Whatever was thrown, in words. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
