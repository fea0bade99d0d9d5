import type { Environment, ProgramEnd } from '../ports/programs.js';

export interface PhaseProgram {
  /** The phase, with the values of its matrix. */
  readonly title: string;
  /** Bash commands. */
  readonly commands: string;
  /** Beside the environment of the step, which has the variables of the inputs. */
  readonly env: Environment;
  /** The log, relative to the artifacts. It keeps the beginning and the end of what is too long. */
  readonly log: string;
  readonly boundMs: number;
  readonly signal: AbortSignal;
  /** What is printed before each line in the log of the step. */
  readonly prefix: string;
}

export interface PhaseProgramEnd extends ProgramEnd {
  /** The last lines of the output. */
  readonly lastLines: readonly string[];
  /** Why the log lacks lines, if it does. */
  readonly logProblem?: string;
}

export interface ListedFile {
  /** Relative to the folder. */
  readonly path: string;
  readonly bytes: number;
}

export interface FoundFile {
  readonly path: string;
  readonly bytes: number;
  /** Epoch ms. */
  readonly changedAt: number;
}

/** What run-phases needs of this machine. The adapter is src/host/phase-host.ts. */
export interface PhaseHost {
  /** The absolute path of the folder for artifacts. */
  readonly artifacts: string;
  /** The names in the folder for artifacts. */
  listArtifacts(): readonly string[];
  /** Makes a folder below the artifacts. @throws Error if it cannot be made */
  makeFolder(name: string): void;
  /** Writes a file below the artifacts, with secrets replaced. @throws Error, for example because the disk is full */
  writeFile(name: string, text: string): void;
  /** Writes a file in the folder of what phases hand over to each other, as it is. @throws Error, likewise */
  writeShared(name: string, text: string): void;
  /** Appends a line to a file below the artifacts. @throws Error, likewise */
  appendLine(name: string, line: string): void;
  /** The text of a file below the artifacts; '' if there is none. */
  readFile(name: string): string;
  /** The first line of a file below the artifacts; `undefined` if there is none. */
  readFirstLine(name: string): string | undefined;
  /** Removes a file, or what a program put in its place. @throws Error if it cannot be removed */
  removeFile(name: string): void;
  /**
   * The first `most` files below a folder of the artifacts, in the order of their names.
   *
   * @param first names that come before all others
   */
  listFiles(folder: string, most: number, first: readonly string[]): readonly ListedFile[];
  /** Files named FAILURE anywhere below a folder of the artifacts, relative to the artifacts. */
  findFailures(folder: string): readonly string[];
  /** Files that match a pattern. @param folder of the artifacts; absent: the working directory */
  findFiles(pattern: string, folder?: string): Promise<readonly FoundFile[]>;
  /**
   * Runs Bash commands as `bash -eo pipefail` does, in the working directory, and waits for their exit, not for the end of
   * their output. Never rejects.
   */
  run(program: PhaseProgram): Promise<PhaseProgramEnd>;
}
