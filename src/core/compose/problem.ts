import type { Failure, FailureCode } from '../kernel/failure.js';
import type { PhaseName } from './outcome.js';

/** Why a run is not a pass. */
export interface Problem {
  /** As in the outcome. */
  readonly verdict: 'fail' | 'error';
  readonly code: FailureCode;
  readonly phase: PhaseName;
  readonly exitCode: number;
  readonly reasons: readonly string[];
  readonly hint?: string;
  /** Services whose last lines belong to the reasons. */
  readonly culprits?: readonly string[];
}

/** The problem that a thrown `Failure` is. */
export function toProblem(failure: Failure, phase: PhaseName): Problem {
  const { why, details = [] } = failure.about;
  return {
    verdict: 'error',
    code: failure.code,
    phase,
    exitCode: 1,
    reasons: [failure.message, ...(why === undefined ? [] : [why]), ...details],
    hint: failure.hint,
  };
}
