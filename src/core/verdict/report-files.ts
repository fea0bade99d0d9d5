import type { TestResults } from './results.js';

/** The files that the input `report` matches. */
export interface ReportFiles {
  readonly pattern: string;
  readonly results: TestResults;
  /** Files that this run wrote. */
  readonly files: readonly string[];
  /** Files that are older than this run. */
  readonly stale: readonly string[];
  /** Files that are not JUnit, or are cut off, each with the reason. */
  readonly broken: readonly string[];
  /** Folders that could not be read, each with the reason. */
  readonly unreadable: readonly string[];
}
