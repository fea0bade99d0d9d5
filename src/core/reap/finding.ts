import { DOUBT_BOUND_MS } from '../kernel/bounds.js';
import type { Failure } from '../kernel/failure.js';
import type { Reach } from './identity.js';

export interface ReapRequest {
  readonly reach: Reach;
  readonly graceMs: number;
  readonly dryRun: boolean;
}

/** `region` and `scope`: a listing that could not be read. */
export type FindingKind = 'instance' | 'runner' | 'volume' | 'spot-request' | 'region' | 'scope';

/**
 * `would-remove`: a dry run. `skipped`: in doubt, and left to a person. `spared`: what was true when it was found no
 * longer was. `failed`: it could not be judged or removed.
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
  /** Of one that was `skipped`: for how long it has been in doubt. */
  readonly inDoubtMs?: number;
  /** Why it `failed`. */
  readonly failure?: Failure;
}

export interface Swept {
  readonly findings: readonly Finding[];
  /** The first error that is no Failure: a defect of ours. It cost the thing at which it came, and no other. */
  readonly defect?: { readonly error: unknown };
}

export interface Reaped extends Swept {
  readonly instancesSeen: number;
  readonly runnersSeen: number;
  /** Set when the sweep was cancelled: not everything was looked at. */
  readonly cancelled: boolean;
}

/** Whether something has been left to a person for so long that the sweep fails until it is dealt with. */
export function isOverdue({ inDoubtMs }: Finding): boolean {
  return inDoubtMs !== undefined && inDoubtMs >= DOUBT_BOUND_MS;
}

export function nameOf({ kind, id, name }: Pick<Finding, 'kind' | 'id' | 'name'>): string {
  return name === undefined ? `${kind} ${id}` : `${kind} ${name} (${id})`;
}
