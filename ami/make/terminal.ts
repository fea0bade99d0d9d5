import { Failure } from '../../src/core/kernel/failure.js';
import type { Log } from '../../src/core/ports/process.js';
import { renderFailure } from '../../src/host/exit.js';

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
  if (!(error instanceof Failure)) return error instanceof Error ? (error.stack ?? error.message) : String(error);
  const { details = [] } = error.about;
  const inShell = ['aws-no-credentials', 'aws-no-region'].includes(error.code)
    ? ['In a shell: `aws sso login` and AWS_PROFILE, or `aws configure`, give both.']
    : [];
  return [...details.map((line) => `  ${line}`), renderFailure(error), ...inShell].join('\n');
}
