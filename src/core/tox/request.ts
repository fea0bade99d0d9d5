import type { FilePatterns } from '../inputs/file-patterns.js';

/** What run-tox was asked to run. The inputs of actions/run-tox.inputs.ts name these fields. */
export interface ToxRequest {
  /** Names separated by commas, as `tox -e` expects them. */
  readonly environments: string;
  readonly posargs: readonly string[] | undefined;
  readonly pythonVersion: string | undefined;
  readonly toxVersion: string | undefined;
  /** Whether the variables that the workflow sets reach the tests whatever `pass_env` lists. */
  readonly passEnv: boolean;
  readonly report: FilePatterns | undefined;
  /** The run may pass when tox skips some, but not all, of the environments. */
  readonly allowSkipped: boolean;
  /** The run may pass when tox ignores the failure of tests. */
  readonly allowIgnored: boolean;
}
