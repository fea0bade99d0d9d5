import { readdirSync, readFileSync } from 'node:fs';

/** What makes a process one of a machine's: its session, or a variable in its environment that nobody else has. */
export interface Belonging {
  /** Absent once the session's leader is gone, since its number may by then be somebody else's. */
  readonly session?: number;
  readonly marker: string;
}

/**
 * All live processes that belong. A process group isn't enough: a shell with job control gives each job its own.
 * Without `/proc` (macOS) none but the session's leader is found.
 */
export function listProcesses({ session, marker }: Belonging): number[] {
  const pids = listAll();
  if (pids.length === 0) return session === undefined ? [] : [session];
  return pids.filter((pid) => {
    const stat = read(`/proc/${pid}/stat`);
    // The name in parentheses may contain anything; after it: state, parent, process group, session.
    const [state, , , itsSession] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === undefined || state === 'Z' || state === 'X' || state === '') return false;
    if (session !== undefined && Number(itsSession) === session) return true;
    return read(`/proc/${pid}/environ`).split('\0').includes(marker);
  });
}

/** A process that is gone already, or isn't ours, is passed over. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // Gone, which is what a signal is for.
    }
  }
}

function listAll(): number[] {
  try {
    const numbers = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    return numbers.map(Number).filter((pid) => pid !== process.pid);
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
