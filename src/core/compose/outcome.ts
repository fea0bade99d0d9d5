import type { FailureCode } from '../kernel/failure-codes.js';

/** The phases in their order. Their artifact folders are numbered: `003__up`. */
export const phaseNames = [
  'check',
  'setup',
  'pull',
  'build',
  'up',
  'ready',
  'session',
  'assert',
  'collect',
  'teardown',
  'down',
] as const;
export type PhaseName = (typeof phaseNames)[number];

/**
 * `pass`: the session exited with 0, every assertion held and no server died. `fail`: the session's own exit code, an
 * assertion, or a server that died under it. `error`: the session never started or was not allowed to end, so nothing
 * is known about what it tests.
 */
export type ComposeVerdict = 'pass' | 'fail' | 'error';

export interface PhaseResult {
  readonly name: PhaseName;
  readonly beganAt: number;
  readonly endedAt: number;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** One sentence: what was done, or why it failed. */
  readonly detail?: string;
}

/** What happened to one service, for the summary and the timeline. */
export interface ServiceResult {
  readonly service: string;
  readonly role: 'session' | 'server' | 'one-shot';
  /** How it became ready: `healthy`, `port 5432 open`, `exited 0`, `running (no health check, no declared port)`. */
  readonly readyBy?: string;
  readonly startedAt?: number;
  readonly readyAt?: number;
  readonly endedAt?: number;
  readonly exitCode?: number;
  readonly restarts: number;
  /** The last lines of its log, if it is the reason of the verdict. */
  readonly lastLines?: readonly string[];
}

export interface ComposeOutcome {
  readonly verdict: ComposeVerdict;
  /** Absent with `pass`. The step ends with it. */
  readonly code?: FailureCode;
  /** The phase that decided, or `done`. */
  readonly phase: PhaseName | 'done';
  /** The session's own; 1 where there is none. 0 only with the verdict `pass`. */
  readonly exitCode: number;
  /** One or more sentences: what failed, of which service, and what to do. Empty with `pass`. */
  readonly reasons: readonly string[];
  readonly hint?: string;
  readonly warnings: readonly string[];
  readonly phases: readonly PhaseResult[];
  readonly services: readonly ServiceResult[];
  /** The benchmark's result, as JSON text. */
  readonly result?: string;
  /** Names at Docker of what could not be removed. */
  readonly remains: readonly string[];
}
