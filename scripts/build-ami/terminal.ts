import { Failure, messageOf } from '../../src/core/failure.js';
import type { Log } from '../../src/core/ports.js';

/** Whoever typed the command, and the build's log. */
export interface Terminal extends Log {
  /** Lines of another program, as they are. */
  raw(text: string): void;
}

export function createTerminal(write: (text: string) => void = (text) => void process.stdout.write(text)): Terminal {
  const say = (sentence: string) => write(`${sentence}\n`);
  return {
    raw: write,
    info: say,
    notice: say,
    warning: (sentence) => say(`Warning: ${sentence}`),
    debug: () => {},
    async group(title, body) {
      say(`\n── ${title}`);
      return body();
    },
  };
}

/** What went wrong and what to do, in a person's words; a bug keeps its stack. */
export function explain(error: unknown): string {
  if (!(error instanceof Failure)) {
    return `This is a bug in ci-actions: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  }
  const { why, details = [] } = error.about;
  return [`Error: ${messageOf(error)}`, ...(why ? [why] : []), ...details.map((line) => `  ${line}`), error.hint].join(
    '\n',
  );
}
