import type { Log } from '../../src/core/ports/process.js';
import { disarm } from '../../src/host/log.js';

/**
 * What a command says on its way, on stderr: stdout holds its result alone, which may be read by a program. In a
 * workflow, warnings and errors are annotations; GitHub reads those from stderr too.
 */
export function createTerminal(): Log & { error(text: string): void } {
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

/** Source: `escapeData` in @actions/core. */
function escape(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
