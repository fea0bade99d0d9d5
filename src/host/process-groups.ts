import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/** How often the group is looked at. */
const LOOK_MS = 50;
/** GitHub kills a cancelled step 10 s after its SIGINT (7.5 s and 2.5 s); the summary is still to be written then. */
const TERM_AFTER_MS = 3_000;
const KILL_AFTER_MS = 5_000;
/** What the program left behind has nothing to finish: bash has its background processes ignore SIGINT. */
const LEFT_KILL_AFTER_MS = 1_000;
/** A killed process whose parent does not collect it stays in the table for ever. */
const GIVE_UP_AFTER_MS = 6_000;

/**
 * Ends a program's process group as Ctrl-C in a terminal would, so that tests can clean up; SIGTERM and SIGKILL
 * follow. Resolves when no process of it is left.
 */
export async function endGroup(leader: ChildProcess): Promise<void> {
  const group = leader.pid;
  if (group === undefined) return;
  const beganAt = performance.now();
  let leftAt: number | undefined;
  const sent = new Set<NodeJS.Signals>();
  const send = (signal: NodeJS.Signals): void => {
    if (!sent.has(signal)) signalGroup(group, signal);
    sent.add(signal);
  };
  send('SIGINT');
  for (;;) {
    const now = performance.now();
    if (!isAlive(group) || now - beganAt > GIVE_UP_AFTER_MS) return;
    if (leader.exitCode !== null || leader.signalCode !== null) leftAt ??= now;
    if (leftAt !== undefined || now - beganAt >= TERM_AFTER_MS) send('SIGTERM');
    if (now - (leftAt ?? now) >= LEFT_KILL_AFTER_MS || now - beganAt >= KILL_AFTER_MS) send('SIGKILL');
    await sleep(LOOK_MS);
  }
}

/**
 * Ends the group when this process dies without doing so, killed for example: nobody else would know of it. Only for
 * as long as it is not released.
 *
 * @returns what releases the group
 */
export function guardGroup({ pid: group }: ChildProcess): () => void {
  if (group === undefined) return () => undefined;
  // Its input ends with this process.
  const script = 'read -r; kill -TERM -- "-$1"; sleep 2; kill -KILL -- "-$1"';
  const guard = spawn('bash', ['-c', script, 'guard', String(group)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.on('error', () => undefined); // Without bash there is none.
  guard.stdin.on('error', () => undefined);
  guard.unref();
  (guard.stdin as unknown as { unref?: () => void }).unref?.();
  return () => void guard.kill('SIGKILL');
}

/** Whether the group has a process. */
export function isAlive(group: number): boolean {
  return signalGroup(group, 0);
}

function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, signal);
    return true;
  } catch {
    return false;
  }
}
