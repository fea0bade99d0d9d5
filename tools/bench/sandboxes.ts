/** A sandbox, or an object that contains one. */
interface Closing {
  close(): Promise<void>;
}

/** Registers a function that is called before the sandbox is closed. */
export type AtEnd = (cleanUp: () => void) => void;

const open = new Set<() => Promise<void>>();

/** Closes the sandbox after its use, also after a failure. */
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

/** Closes every sandbox, so that an interrupted or failed bench leaves no process behind. */
export async function closeAll(): Promise<void> {
  await Promise.all([...open].map((close) => close()));
}
