import type { Failure } from '../src/core/kernel/failure.js';
import type { Log } from '../src/core/ports/process.js';

/** Where `setup` and tox run, and with what. */
export interface Place {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly log: Log;
  /** The names of what the workflow or `setup` has set for the tests. */
  readonly names: readonly string[];
}

/** As it is: tests may annotate their failures by workflow commands, as in any other step. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

export function refuseCancelled({ signal }: Pick<Place, 'signal'>): void {
  if (signal.aborted) throw signal.reason as Failure;
}
