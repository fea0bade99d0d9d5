import type { FailureCode } from '../../../src/core/kernel/failure.js';

/** What happens in one world, all at its own time (ms); indices of starts and runs wrap around. */
export interface Story {
  readonly seed: number;
  readonly latencyMs: number;
  readonly invisibleMs: number;
  readonly starts: readonly {
    readonly at: number;
    readonly run: number;
    readonly count: number;
    readonly waitFor: 'online' | 'launched';
    /** What ends it before its time. `gone`: no post step follows. */
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
  /** What cleans up in the end. */
  readonly ending: 'stop' | 'reap' | 'timers';
}
