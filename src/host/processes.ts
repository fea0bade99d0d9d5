import { readdirSync, readFileSync } from 'node:fs';

/**
 * The processes that have a wanted text among their arguments (`cmdline`) or environment variables (`environ`), apart
 * from those that have ended, also if their parent has not collected them, and those of other users. Empty on a system
 * without `/proc`.
 */
export function findProcesses(of: 'cmdline' | 'environ', isWanted: (text: string) => boolean): readonly number[] {
  return listProcesses().filter((pid) => readTexts(pid, of).some(isWanted));
}

function listProcesses(): readonly number[] {
  try {
    return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
  } catch {
    return [];
  }
}

function readTexts(pid: number, of: 'cmdline' | 'environ'): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/${of}`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

/** @returns `false` if it has ended meanwhile */
export function killProcess(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}
