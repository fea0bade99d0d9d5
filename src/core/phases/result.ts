import type { FailureCode } from '../kernel/failure-codes.js';
import type { RunOutcome } from './schedule.js';

/** What is known of one run of a phase. */
export interface PhaseResult {
  /** `test [GPU=1]`: the phase, with the values of its matrix. */
  readonly title: string;
  /** Its folder below the artifacts: `002__test`. */
  readonly folder: string;
  readonly outcome: RunOutcome;
  /** Epoch ms; absent if it did not begin. */
  readonly beganAt?: number;
  readonly endedAt?: number;
  /** Sentences: what failed, the first one first, or why it did not run. */
  readonly reasons: readonly string[];
  /** What a reader should know although it passed, as sentences. */
  readonly remarks?: readonly string[];
  /** Whether it is of a phase that always runs, which tests nothing. */
  readonly isAlways?: boolean;
  /** Whether the post step ran it, after a cancellation or a kill. */
  readonly isLate?: boolean;
}

export interface Verdict {
  readonly verdict: 'passed' | 'failed';
  /** Why it failed, the first reason first. */
  readonly reasons: readonly string[];
  /** Only if it failed. */
  readonly code?: FailureCode;
}

/** The results of all phases, with how long they took in all. */
export interface PhasesOutcome extends Verdict {
  readonly results: readonly PhaseResult[];
  /** Epoch ms. */
  readonly beganAt: number;
  readonly endedAt: number;
}
