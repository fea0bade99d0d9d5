import type { FilePatterns } from '../inputs/file-patterns.js';
import type { Command, Environment, ProgramEnd, ProgramOptions } from '../ports/programs.js';
import type { ReportFiles } from '../verdict/report-files.js';
import type { TestResults } from '../verdict/results.js';

/** A JUnit file that pytest wrote for this step. */
export interface PytestReport {
  readonly environment: string;
  readonly path: string;
  /** The first kilobytes of the file. */
  readonly head: string;
}

/**
 * What one run of tox needs of the machine. Relative paths start at the working directory. `src/host/tox-machine.ts`
 * implements it.
 */
export interface ToxMachine {
  /** The working directory, for messages. */
  readonly directory: string;
  /** The environment of tox and the tests. */
  readonly env: Environment;
  /** Names of the variables that the workflow or `setup` set for the tests. */
  readonly setVariables: readonly string[];
  /** The file to which tox writes its result. */
  readonly resultFile: string;
  /** The folder in which pytest writes JUnit for this step. */
  readonly reportFolder: string;
  hasProgram(name: string): boolean;
  /** @throws Failure `cancelled` */
  run(command: Command, options: ProgramOptions): Promise<ProgramEnd>;
  /** Prints a line unchanged, because tests may annotate their failures with workflow commands. */
  print(line: string): void;
  /** The content of those files that exist. */
  readFiles(paths: readonly string[]): readonly string[];
  exists(path: string): boolean;
  resolve(path: string): string;
  /** Whether this run wrote the file. */
  isFresh(path: string): boolean;
  /** The content of {@link resultFile}; `undefined` when tox wrote none, or more than a string can hold. */
  readResult(): string | undefined;
  listPytestReports(): readonly PytestReport[];
  /** The tests of one JUnit file; `undefined` when the file is not JUnit to its end. */
  readJunit(path: string): Promise<TestResults | undefined>;
  /** The files that match, and when each was written. */
  listReports(patterns: FilePatterns): Promise<ReadonlyMap<string, number>>;
  /** The files that match and have changed since {@link listReports}. */
  readReports(patterns: FilePatterns, before: ReadonlyMap<string, number>): Promise<ReportFiles>;
}
