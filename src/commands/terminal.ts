import type { Progress } from '../terminal/progress.js';
import type { Log } from '../core/ports/process.js';
import { disarm } from '../host/log.js';

export interface Terminal extends Log {
  error(text: string): void;
}

/**
 * The log of a command, on stderr: stdout holds only the result, which a program may read. In a workflow, warnings and
 * errors are annotations; GitHub also reads those from stderr.
 */
export function createTerminal(): Terminal {
  const inWorkflow = process.env['GITHUB_ACTIONS'] === 'true';
  const write = (text: string): void => void process.stderr.write(`${disarm(text)}\n`);
  const annotate = (kind: string, text: string): void => {
    if (inWorkflow) process.stderr.write(`::${kind}::${escape(text)}\n`);
    else write(`${kind}: ${text}`);
  };
  return {
    group: (title, body) => {
      write(title);
      return body();
    },
    info: write,
    notice: (sentence) => annotate('notice', sentence),
    warning: (sentence) => annotate('warning', sentence),
    debug: () => undefined,
    error: (text) => annotate('error', text),
  };
}

/** The same log while a moving line is shown below it. */
export function withProgress(log: Log, progress: Progress): Log {
  return {
    group: (title, body) => {
      progress.above(() => log.info(title));
      return body();
    },
    info: (sentence) => progress.above(() => log.info(sentence)),
    notice: (sentence) => progress.above(() => log.notice(sentence)),
    warning: (sentence) => progress.above(() => log.warning(sentence)),
    debug: (sentence) => log.debug(sentence),
  };
}

/** Source: `escapeData` in @actions/core. */
function escape(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
