import { readdirSync, readFileSync } from 'node:fs';

/** How a process belongs to a machine: by its session, or by a variable that only the machine's processes have. */
export interface Belonging {
  /** Absent once the session's leader is gone, because its number may be reused. */
  readonly session?: number;
  readonly marker: string;
}

/**
 * All live processes of a machine. A process group is not enough, because a shell with job control gives each job its
 * own. Without `/proc` (macOS) only the session's leader is found.
 */
export function listProcesses({ session, marker }: Belonging): number[] {
  const pids = listAll();
  if (pids.length === 0) return session === undefined ? [] : [session];
  return pids.filter((pid) => {
    const stat = read(`/proc/${pid}/stat`);
    // The name in parentheses may contain any character. After it come state, parent, process group, session.
    const [state, , , itsSession] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === undefined || state === 'Z' || state === 'X' || state === '') return false;
    if (session !== undefined && Number(itsSession) === session) return true;
    return read(`/proc/${pid}/environ`).split('\0').includes(marker);
  });
}

/** Skips processes that are gone or may not be signaled. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // Already gone.
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
