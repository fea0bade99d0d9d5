import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/** How often the group is checked. */
const POLL_MS = 50;
/** GitHub kills a canceled step 10 s after its SIGINT (7.5 s + 2.5 s). The summary must be written before. */
const TERM_AFTER_MS = 3_000;
const KILL_AFTER_MS = 5_000;
/** Background processes of an exited program get less time: bash makes them ignore SIGINT, so they clean nothing up. */
const ORPHAN_KILL_AFTER_MS = 1_000;
/** A killed process stays in the process table until its parent collects it, which may never happen. */
const GIVE_UP_AFTER_MS = 6_000;

/**
 * Ends the process group of a program with SIGINT, like Ctrl-C in a terminal, so that tests can clean up. SIGTERM and
 * SIGKILL follow. Resolves when the group has no process left.
 */
export async function endGroup(leader: ChildProcess): Promise<void> {
  const group = leader.pid;
  if (group === undefined) return;
  const beganAt = performance.now();
  let exitedAt: number | undefined;
  const sent = new Set<NodeJS.Signals>();
  const send = (signal: NodeJS.Signals): void => {
    if (!sent.has(signal)) signalGroup(group, signal);
    sent.add(signal);
  };
  send('SIGINT');
  for (;;) {
    const now = performance.now();
    if (!isAlive(group) || now - beganAt > GIVE_UP_AFTER_MS) return;
    if (leader.exitCode !== null || leader.signalCode !== null) exitedAt ??= now;
    if (exitedAt !== undefined || now - beganAt >= TERM_AFTER_MS) send('SIGTERM');
    if (now - (exitedAt ?? now) >= ORPHAN_KILL_AFTER_MS || now - beganAt >= KILL_AFTER_MS) send('SIGKILL');
    await sleep(POLL_MS);
  }
}

/**
 * Starts a guard that ends the group if this process dies, for example because it is killed. No other process would end
 * the group.
 *
 * @returns a function that stops the guard
 */
export function guardGroup({ pid: group }: ChildProcess): () => void {
  if (group === undefined) return () => undefined;
  // The guard's stdin ends when this process dies.
  const script = 'read -r; kill -TERM -- "-$1"; sleep 2; kill -KILL -- "-$1"';
  const guard = spawn('bash', ['-c', script, 'guard', String(group)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.on('error', () => undefined); // Without bash, no guard can be started.
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
