/** A sandbox, or what holds one. */
interface Closing {
  close(): Promise<void>;
}

/** Called at the end of a sandbox's use, however that comes. */
export type AtEnd = (cleanUp: () => void) => void;

const open = new Set<() => Promise<void>>();

/** Closes the sandbox whatever becomes of its use. */
export async function withSandbox<S extends Closing, T>(
  starting: Promise<S>,
  use: (sandbox: S, atEnd: AtEnd) => Promise<T>,
): Promise<T> {
  const sandbox = await starting;
  const cleanUps: (() => void)[] = [];
  const close = async (): Promise<void> => {
    open.delete(close);
    for (const cleanUp of cleanUps) cleanUp();
    await sandbox.close();
  };
  open.add(close);
  try {
    return await use(sandbox, (cleanUp) => cleanUps.push(cleanUp));
  } finally {
    if (open.has(close)) await close();
  }
}

/** For a bench that is interrupted or fails: no process may be left behind. */
export async function closeAll(): Promise<void> {
  await Promise.all([...open].map((close) => close()));
}
