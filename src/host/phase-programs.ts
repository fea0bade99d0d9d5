import { readdirSync, readFileSync } from 'node:fs';
import type { Clock } from '../core/kernel/clock.js';

/** A guard ends the programs of a killed step within 2 s. */
const GUARDED_MS = 3_000;
const POLL_MS = 50;
const ROUNDS = 10;

/**
 * Waits until the programs of a killed step have ended, and kills those that do not end, so that a cleanup does not run
 * beside what it cleans up. Programs that a phase which ended left in the background are left alone.
 *
 * @param folders the absolute paths that phases which did not end have in ARTIFACT_DIR
 */
export async function endPrograms(folders: readonly string[], clock: Clock): Promise<void> {
  const wanted = new Set(folders.map((folder) => `ARTIFACT_DIR=${folder}`));
  const until = clock.now() + GUARDED_MS;
  let pids = listPrograms(wanted);
  while (pids.length > 0 && clock.now() < until) {
    await clock.sleep(POLL_MS);
    pids = listPrograms(wanted);
  }
  // One that is killed may have started another meanwhile.
  for (let round = 0; round < ROUNDS && pids.length > 0; round++) {
    for (const pid of pids) kill(pid);
    await clock.sleep(POLL_MS);
    pids = listPrograms(wanted);
  }
}

/** Empty on a system without `/proc`. */
function listPrograms(variables: ReadonlySet<string>): readonly number[] {
  return listProcesses().filter((pid) => readVariables(pid).some((one) => variables.has(one)));
}

function listProcesses(): readonly number[] {
  try {
    return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
  } catch {
    return [];
  }
}

/** Empty for a process that has ended, and for one of another user. */
function readVariables(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
