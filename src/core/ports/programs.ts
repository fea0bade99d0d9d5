/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
}

export interface ProgramOptions {
  readonly env: Environment;
  /** Default: the program may run until the job's own time limit. */
  readonly boundMs?: number;
  /** Called with each line that the program prints to stdout or stderr, without the line break. */
  readonly onLine: (line: string) => void;
}

export interface ProgramEnd {
  /** `undefined` when a signal ended the program, or it could not be started. */
  readonly code: number | undefined;
  /** The reason when there is no exit code. */
  readonly why?: string;
}
