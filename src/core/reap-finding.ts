import type { Failure } from './failure.js';
import type { Reach } from './reap-identity.js';

export interface ReapRequest {
  readonly reach: Reach;
  readonly graceMs: number;
  readonly dryRun: boolean;
}

export type FindingKind = 'instance' | 'runner' | 'volume' | 'spot-request';

/**
 * `would-remove`: a dry run. `skipped`: left to a person. `spared`: what was true when it was found no longer was.
 * `failed`: it could not be judged or removed.
 */
export type Outcome = 'removed' | 'would-remove' | 'skipped' | 'spared' | 'failed';

export interface Finding {
  readonly kind: FindingKind;
  readonly id: string;
  readonly region?: string;
  /** Where a runner is registered. */
  readonly scope?: string;
  readonly name?: string;
  readonly type?: string;
  readonly ageMs?: number;
  /** What it cost so far, in USD; absent where that is not known. */
  readonly estimatedCost?: number;
  readonly why: string;
  readonly outcome: Outcome;
  /** Why it `failed`. */
  readonly failure?: Failure;
}
