import { findProcesses, killProcess } from './processes.js';

/**
 * Kills programs that have exactly one of these arguments, such as `--project-name=ci-1a2b3c4d-tests`. A killed step
 * leaves its `docker compose up` running for seconds, which would create what a removal has just removed, and its
 * `docker events` for ever, if it was killed before the guard of that program had begun.
 *
 * @returns how many it killed. 0 on a system without `/proc`.
 */
export function killPrograms(...wanted: readonly string[]): number {
  return findProcesses('cmdline', (one) => wanted.includes(one)).filter(killProcess).length;
}
