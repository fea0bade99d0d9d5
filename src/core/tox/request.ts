import type { FilePatterns } from '../inputs/file-patterns.js';

/** What run-tox was asked to run, and what may go wrong without a red step. */
export interface ToxRequest {
  /** Names separated by commas, as `tox -e` expects them. */
  readonly environments: string;
  readonly posargs: readonly string[] | undefined;
  readonly pythonVersion: string | undefined;
  readonly toxVersion: string | undefined;
  /** Whether the variables that the workflow sets reach the tests whatever `pass_env` lists. */
  readonly passEnv: boolean;
  readonly report: FilePatterns | undefined;
  readonly allow: Allowances;
}

export interface Allowances {
  /** tox may skip some, but not all, of the environments. */
  readonly skipped: boolean;
  /** Tests may fail when tox ignores the failure. */
  readonly ignored: boolean;
}
