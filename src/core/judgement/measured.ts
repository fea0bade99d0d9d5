import type { ReadFile } from './combine.js';

/** What was measured. */
export interface Measured {
  /** The files of the run; of an interleaved measurement those of its head. */
  readonly head: readonly ReadFile[];
  /** The files of the base, each of one run of the measuring process. */
  readonly base?: readonly ReadFile[];
  readonly labels: readonly [base: string, head: string];
  /** Whether both were measured in turn on one machine. */
  readonly isInterleaved: boolean;
}
