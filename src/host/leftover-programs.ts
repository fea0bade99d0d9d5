import { readdirSync, readFileSync } from 'node:fs';

/**
 * Kills programs that have exactly one of these arguments, such as `--project-name=ci-1a2b3c4d-tests`. A killed step
 * leaves its `docker compose up` running for seconds, which would create what a removal has just removed, and its
 * `docker events` for ever, if it was killed before the guard of that program had begun.
 *
 * @returns how many it killed. 0 on a system without `/proc`.
 */
export function killPrograms(...wanted: readonly string[]): number {
  const pids = listProcesses().filter((pid) => readArguments(pid).some((one) => wanted.includes(one)));
  return pids.filter((pid) => kill(pid)).length;
}

function listProcesses(): readonly number[] {
  try {
    return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
  } catch {
    return [];
  }
}

/** Empty for a process that has ended, also if its parent has not collected it. */
function readArguments(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

function kill(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}
