import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ActLog } from './log.js';

/** nektos/act. `scripts/peers.sh` builds it. */
export const ACT = fileURLToPath(new URL('../../../.peers/bin/act', import.meta.url));

export interface ActOptions {
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** The run is killed after so long. */
  readonly limitMs: number;
  /** Called after each line of act's, for instance to cancel. */
  readonly onLine?: (log: ActLog, cancel: () => void) => void;
  /** What `cancel` does. Default: as GitHub, steps that are to run always do. `SIGKILL`: as if all machines were lost. */
  readonly kill?: 'SIGINT' | 'SIGKILL';
}

export interface ActRun {
  /** 0: the run is green. 1: it is red. `null`: it took too long. */
  readonly code: number | null;
  readonly log: ActLog;
  readonly seconds: number;
  /** When it was dispatched, on the clock of the log's moments. */
  readonly beganMs: number;
}

export async function runAct({ args, environment, limitMs, onLine, kill = 'SIGINT' }: ActOptions): Promise<ActRun> {
  if (!existsSync(ACT)) throw new Error('act is not built: run scripts/peers.sh first.');
  const log = new ActLog();
  const beganMs = performance.now();
  const act = spawn(ACT, args, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const timer = setTimeout(() => act.kill('SIGKILL'), limitMs);
  // Once: act lets steps that may go on do so. Twice would end it.
  let cancelled = false;
  const cancel = (): void => {
    if (!cancelled) act.kill(kill);
    cancelled = true;
  };
  const readers = [act.stdout, act.stderr].map(async (input) => {
    for await (const line of createInterface({ input })) {
      log.read(line, performance.now());
      onLine?.(log, cancel);
    }
  });
  const code = await new Promise<number | null>((resolve, reject) => act.once('error', reject).once('close', resolve));
  await Promise.all(readers);
  clearTimeout(timer);
  return { code, log, seconds: (performance.now() - beganMs) / 1000, beganMs };
}
