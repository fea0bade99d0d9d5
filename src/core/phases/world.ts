import type { Clock } from '../kernel/clock.js';
import type { Log } from '../ports/process.js';
import type { PhaseHost } from './host.js';
import type { Combination } from './multiply.js';

/** What the phases run in. */
export interface PhaseWorld {
  readonly host: PhaseHost;
  /** With `interleave`: the host of a run's side, by the variables of the run. */
  readonly hostOf?: (variables: Combination['variables']) => PhaseHost;
  /** With `interleave`: what keeps the results of phases with `measure`. */
  readonly measuring?: Measuring;
  readonly clock: Clock;
  readonly log: Log;
  /** Aborted when the step is canceled. */
  readonly signal: AbortSignal;
}

/** Keeps the results of the runs of both sides. */
export interface Measuring {
  /** Called before a phase with `measure` begins. */
  begin(variables: Combination['variables']): Promise<void>;
  /** Called when it has passed. @returns why the run has no results, as sentences */
  end(folder: string): Promise<readonly string[]>;
}
