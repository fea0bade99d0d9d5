import type { Sandbox } from '../../sandbox/sandbox.js';

const open = new Set<Sandbox>();

/** Closes the sandbox whatever becomes of its use. */
export async function withSandbox<T>(starting: Promise<Sandbox>, use: (sandbox: Sandbox) => Promise<T>): Promise<T> {
  const sandbox = await starting;
  open.add(sandbox);
  try {
    return await use(sandbox);
  } finally {
    open.delete(sandbox);
    await sandbox.close();
  }
}

/** For an interrupted bench: no process may be left behind. */
export async function closeAll(): Promise<void> {
  await Promise.all([...open].map((sandbox) => sandbox.close()));
}
