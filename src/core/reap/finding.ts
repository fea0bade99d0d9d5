import { DOUBT_BOUND_MS } from '../kernel/bounds.js';
import type { Failure } from '../kernel/failure.js';

/** `region` and `scope`: a listing that failed. */
export type FindingKind = 'instance' | 'runner' | 'volume' | 'snapshot' | 'spot-request' | 'region' | 'scope';

/**
 * `would-remove`: only in a dry run. `skipped`: in doubt, so a person must look. `spared`: came into use between the
 * first judgment and the removal. `failed`: could not be judged or removed.
 */
export type ReapOutcome = 'removed' | 'would-remove' | 'skipped' | 'spared' | 'failed';

/** What a finding is about, without what the sweep decided. */
export interface FindingSubject {
  readonly kind: FindingKind;
  readonly id: string;
  readonly region?: string;
  /** Where a runner is registered. */
  readonly scope?: string;
  readonly name?: string;
  readonly type?: string;
  readonly ageMs?: number;
  /** The cost so far, in USD; absent when the price is not known. */
  readonly estimatedCost?: number;
}

/** One row of a sweep's report. What the sweep kept is not a finding. */
export interface ReapFinding extends FindingSubject {
  readonly why: string;
  readonly outcome: ReapOutcome;
  /** For how long it has been in doubt; only with `skipped`. */
  readonly inDoubtMs?: number;
  /** Why it `failed`. */
  readonly failure?: Failure;
}

/** A data volume or a snapshot that a sweep left alone. */
export interface KeptThing extends FindingSubject {
  /** Epoch ms. */
  readonly keptUntil: number;
  readonly why: string;
  /** USD; absent when the price is not known. */
  readonly monthlyCost?: number;
}

export interface SweepResult {
  readonly findings: readonly ReapFinding[];
  /** The data volumes and snapshots that stay, because their time is not over or an instance has them. */
  readonly kept: readonly KeptThing[];
  readonly instancesSeen: number;
  readonly runnersSeen: number;
  /** Whether the sweep was canceled before every candidate was judged. */
  readonly cancelled: boolean;
  /** The first error that is not a `Failure`, which is a bug of ours. Only the candidate that raised it `failed`. */
  readonly bug?: { readonly error: unknown };
}

/** Whether a finding has been left to a person for so long that the sweep fails until it is resolved. */
export function isOverdue({ inDoubtMs }: ReapFinding): boolean {
  return inDoubtMs !== undefined && inDoubtMs >= DOUBT_BOUND_MS;
}

export function nameSubject({ kind, id, name }: FindingSubject): string {
  return name === undefined ? `${kind} ${id}` : `${kind} ${name} (${id})`;
}
