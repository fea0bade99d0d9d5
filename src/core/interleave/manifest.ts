import type { MeasuringMachine } from '../figures/machine.js';

/** The version of the file that this program writes. */
export const INTERLEAVED_SCHEMA = 1;

/**
 * What an interleaved measurement leaves for its judgement: two sides, measured in turn on one machine. It is the file
 * `interleaved.json` of the artifacts, and one of the files that judge-results takes in `results`.
 */
export interface Interleaved {
  readonly interleaved: typeof INTERLEAVED_SCHEMA;
  /** The base first. Example: `["base", "head"]`. */
  readonly sides: readonly [base: string, head: string];
  /** What decided the order. */
  readonly seed: string;
  readonly machine: MeasuringMachine;
  /** In the order in which they ran. */
  readonly runs: readonly InterleavedRun[];
}

/** One run of the measuring process. */
export interface InterleavedRun {
  readonly side: string;
  /** From 1, of the side. */
  readonly run: number;
  /** The files with its results, relative to the folder of `interleaved.json`. At least one. */
  readonly results: readonly string[];
}
