import type { Violation } from './invariants.js';
import type { StepRun } from './world.js';

/** The result of one cell. */
export interface Played {
  readonly name: string;
  readonly violations: readonly Violation[];
  /** Whether the step made the request that was to be disturbed. */
  readonly struck: boolean;
  /** Each request of the disturbed step, as `operation#occurrence`. */
  readonly requests: readonly string[];
  /** From the end of the fault until nothing of ours was left, in seconds on the instances' clock. */
  readonly secondsToClean: number;
  readonly steps: readonly StepRun[];
}
