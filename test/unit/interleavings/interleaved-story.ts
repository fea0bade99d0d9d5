import type { FailureCode } from '../../../src/core/kernel/failure.js';

/** What happens in one simulated world, and when (ms). Indices of starts and runs wrap around. */
export interface Story {
  readonly seed: number;
  readonly latencyMs: number;
  readonly invisibleMs: number;
  readonly starts: readonly {
    readonly at: number;
    readonly run: number;
    readonly count: number;
    readonly waitFor: 'online' | 'launched';
    /** What ends the start early. `gone`: killed, and no post step follows. */
    readonly fate: 'none' | 'cancel' | 'kill' | 'gone';
    readonly after: number;
  }[];
  readonly jobs: readonly { readonly at: number; readonly lasts: number }[];
  readonly stops: readonly { readonly at: number; readonly run: number }[];
  readonly reaps: readonly number[];
  readonly faults: readonly {
    readonly at: number;
    readonly of: 'ec2' | 'github' | 'lost registration';
    readonly method: string;
    readonly code: FailureCode;
    readonly afterEffect: boolean;
  }[];
  /** What cleans up at the end. */
  readonly ending: 'stop' | 'reap' | 'timers';
}
