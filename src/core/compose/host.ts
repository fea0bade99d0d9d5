import type { OutputOptions } from '../ports/containers.js';
import type { Environment, ProgramEnd } from '../ports/programs.js';

/** A server that takes one JSON document from the session. */
export interface ResultWebhook {
  /** Its path can not be guessed, and serves once. */
  readonly url: string;
  /** The JSON text that was posted. Rejects with the signal. */
  readonly result: Promise<string>;
  /** Why the last document posted to its path was refused, as a sentence. */
  refusal(): string | undefined;
  close(): Promise<void>;
}

/** What run-compose needs of this machine beside Docker. The adapter is src/host/compose-host.ts. */
export interface ComposeHost {
  /** The absolute path of the project's directory. */
  readonly directory: string;
  /** The absolute path of the workspace. */
  readonly workspace: string;
  /** The absolute path of the folder for artifacts, new and empty. */
  readonly artifacts: string;
  /**
   * The environment of scripts and of `docker compose`, with the user's variables. Read it again after a script: it then
   * has what the script wrote to GITHUB_ENV and GITHUB_PATH.
   */
  readonly env: Environment;
  /** Only the variables that the user set by inputs. Containers of the session get them; they get nothing of `env`. */
  readonly variables: Environment;
  /** Runs Bash commands in the directory as `bash -eo pipefail` does. */
  runScript(commands: string, options: OutputOptions & { readonly env?: Environment }): Promise<ProgramEnd>;
  hasProgram(name: string): boolean;
  /** What a path is; relative to the directory. */
  look(path: string): 'file' | 'folder' | 'missing';
  /** The path without links, absolute. `undefined` when it does not exist. */
  resolveLinks(path: string): string | undefined;
  /** A file's size, and when it was changed, epoch ms. `undefined`: there is no such file. Relative to the directory. */
  measure(path: string): { readonly bytes: number; readonly changedAt: number } | undefined;
  read(path: string): string;
  /** The names in a folder of the host; relative to the directory. */
  listFolder(path: string): readonly string[];
  /** Files that match a pattern, with their sizes; relative to the directory. */
  findFiles(
    patterns: readonly string[],
  ): Promise<readonly { readonly path: string; readonly bytes: number; readonly changedAt: number }[]>;
  /** Makes a folder below the artifacts, and its parents. @returns its absolute path */
  makeFolder(name: string): string;
  /**
   * Opens a file below the artifacts for a log. A log longer than its bound keeps its beginning and its end. Secrets of
   * the inputs are replaced, as GitHub does in the log of the step.
   */
  openLog(name: string): { write(line: string): void; close(): void };
  /** Writes a file below the artifacts, with secrets of the inputs replaced. @returns its absolute path */
  writeFile(name: string, text: string): string;
  /** Writes a file that is no artifact, as it is: Docker or the session reads it. @returns its absolute path */
  writePrivate(name: string, text: string): string;
  /** Copies a file or folder of the host. @param name of the copy, below the artifacts. @returns `false`: there is none */
  copyIn(path: string, name: string): boolean;
  /** Whether a TCP connection succeeds within the time. */
  connects(address: string, port: number, withinMs: number): Promise<boolean>;
  openWebhook(address: string, options: { readonly mostBytes: number }): Promise<ResultWebhook>;
  /** Prints a line of a program's output to the step's log. */
  print(line: string): void;
}
