/** One value of a list that is multiplied. */
export type MatrixValue = string | number | boolean;

/** A phase as the input `phases` gives it, with its defaults. */
export interface Phase {
  readonly name: string;
  /** Bash commands. */
  readonly run: string;
  readonly timeoutMs: number;
  /** Runs however the phases before it ended, also after a cancellation. */
  readonly always: boolean;
  /** `undefined`: the phase before it in the list; for one that always runs, all phases before it. */
  readonly needs: readonly string[] | undefined;
  /** How many slots it takes of each kind. */
  readonly slots: Slots;
  readonly env: Readonly<Record<string, string>>;
  /** Patterns of files that it must have written, not empty. */
  readonly requireFiles: readonly string[];
  /** Lists by variable. The phase runs once for every combination; without lists, once. */
  readonly matrix: Readonly<Record<string, readonly MatrixValue[]>>;
  /** After a failed run of the matrix, no further run of it begins. */
  readonly stopOnError: boolean;
  /** It runs only if `only` names it. */
  readonly optional: boolean;
  /** Files FAILURE below its folder, of commands that may fail, are reported, and do not make it fail. */
  readonly acceptFailures: boolean;
  /** With `interleave`, it is a part of each run of a side. */
  readonly measure: boolean;
}

/** How many slots there are, or are taken, by kind. */
export type Slots = Readonly<Record<string, number>>;

/** How long a phase may take that names no `timeout-minutes`. */
export const DEFAULT_TIMEOUT_MS = 60 * 60_000;
/** The same for a phase that always runs: GitHub gives the post steps of a canceled job five minutes in all. */
export const DEFAULT_ALWAYS_TIMEOUT_MS = 10 * 60_000;
/** The most runs of one list of phases, matrices multiplied. */
export const MOST_TASKS = 10_000;
