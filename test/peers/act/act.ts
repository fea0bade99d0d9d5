import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ActLog } from './log.js';

/** The program nektos/act, which `scripts/peers.sh` builds. */
export const ACT = fileURLToPath(new URL('../../../.peers/bin/act', import.meta.url));

export interface ActOptions {
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** The run is killed after this time, in ms. */
  readonly limitMs: number;
  /** Called after each line of act's output, for instance to cancel the run. */
  readonly onLine?: (log: ActLog, cancel: () => void) => void;
  /** The signal that `cancel` sends. SIGINT (default): `always()` steps run, as on GitHub. SIGKILL: all machines are lost. */
  readonly kill?: 'SIGINT' | 'SIGKILL';
}

export interface ActRun {
  /** 0: the run succeeded. 1: the run failed. `null`: the run was killed, for instance at its time limit. */
  readonly code: number | null;
  readonly log: ActLog;
  readonly seconds: number;
  /** The time of the dispatch, on the same clock as the log's moments. */
  readonly beganMs: number;
}

export async function runAct({ args, environment, limitMs, onLine, kill = 'SIGINT' }: ActOptions): Promise<ActRun> {
  if (!existsSync(ACT)) throw new Error('act is not built: run scripts/peers.sh first.');
  const log = new ActLog();
  const beganMs = performance.now();
  const act = spawn(ACT, args, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const timer = setTimeout(() => act.kill('SIGKILL'), limitMs);
  // Sends one signal only: after the first, act still runs the steps with always(). A second signal would end act.
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
