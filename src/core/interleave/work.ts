import type { InterleaveRequest } from './inputs.js';
import type { SideRun } from './order.js';
import type { Side } from './sides.js';

/** A side with its working directory, absolute. */
export interface FoundSide extends Side {
  readonly directory: string;
}

/** Two sides that are about to be measured. */
export interface InterleavedWork extends InterleaveRequest {
  /** The base first. */
  readonly found: readonly FoundSide[];
  /** Of all runs of both sides. */
  readonly order: readonly SideRun[];
  /** How many phases are one run. */
  readonly measured: number;
}
