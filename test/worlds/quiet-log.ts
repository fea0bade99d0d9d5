import type { Log } from '../../src/core/ports/process.js';

/** Says nothing: for worlds in which a thousand things happen. */
export const quiet: Log = {
  group: (_title, body) => body(),
  info: () => undefined,
  notice: () => undefined,
  warning: () => undefined,
  debug: () => undefined,
};
