import type { FailureCode } from './failure-codes.js';

export type { FailureCode } from './failure-codes.js';

/**
 * An expected dead end, with a message that users can understand and act on. Every other error is reported as a bug of
 * this suite.
 */
export class Failure extends Error {
  override readonly name = 'Failure';

  constructor(
    /** Stable, in kebab case, so that users can search for it (`aws-no-credentials`). */
    readonly code: FailureCode,
    /** What failed, in one sentence. */
    message: string,
    /**
     * `why`: the reason, if it is known. `hint`: what to do next. `cause`: the vendor's error. `details`: further
     * lines.
     */
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

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
