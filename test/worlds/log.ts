import type { Log } from '../../src/core/ports/process.js';

/** A log that drops everything, for worlds in which thousands of things happen. */
export const quiet: Log = {
  group: (_title, body) => body(),
  info: () => undefined,
  notice: () => undefined,
  warning: () => undefined,
  debug: () => undefined,
};

/** A log that keeps its sentences. A notice, a warning and a debug line begin with that word; groups are left out. */
export function recordLog(options: { readonly debug?: true } = {}): { readonly log: Log; readonly said: string[] } {
  const said: string[] = [];
  const log: Log = {
    ...quiet,
    info: (sentence) => void said.push(sentence),
    notice: (sentence) => void said.push(`notice: ${sentence}`),
    warning: (sentence) => void said.push(`warning: ${sentence}`),
    ...(options.debug && { debug: (sentence: string) => void said.push(`debug: ${sentence}`) }),
  };
  return { log, said };
}
