import { Failure } from '../../src/core/kernel/failure.js';
import type { Log } from '../../src/core/ports/process.js';
import { shellHints } from '../../src/commands/shell-hints.js';
import { renderFailure } from '../../src/host/exit.js';

/** What is printed during a build: to the terminal and to the log file. */
export interface BuildLog extends Log {
  /** Prints the output of another program unchanged. */
  raw(text: string): void;
}

export function createBuildLog(write: (text: string) => void): BuildLog {
  const print = (sentence: string) => write(`${sentence}\n`);
  return {
    raw: write,
    info: print,
    notice: print,
    warning: (sentence) => print(`Warning: ${sentence}`),
    debug: () => {},
    async group(title, body) {
      print(`\n── ${title}`);
      return body();
    },
  };
}

/** What went wrong and what to do, for users. A bug keeps its stack. */
export function explain(error: unknown): string {
  if (!(error instanceof Failure)) return error instanceof Error ? (error.stack ?? error.message) : String(error);
  const details = (error.about.details ?? []).map((line) => `  ${line}`);
  return [...details, renderFailure(error), ...shellHints(error)].join('\n');
}
