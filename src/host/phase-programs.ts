import type { Clock } from '../core/kernel/clock.js';
import { findProcesses, killProcess } from './processes.js';

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
  const listPrograms = (): readonly number[] => findProcesses('environ', (one) => wanted.has(one));
  const until = clock.now() + GUARDED_MS;
  let pids = listPrograms();
  while (pids.length > 0 && clock.now() < until) {
    await clock.sleep(POLL_MS);
    pids = listPrograms();
  }
  // One that is killed may have started another meanwhile.
  for (let round = 0; round < ROUNDS && pids.length > 0; round++) {
    for (const pid of pids) killProcess(pid);
    await clock.sleep(POLL_MS);
    pids = listPrograms();
  }
}
