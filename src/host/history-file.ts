import { createHash } from 'node:crypto';
import { mkdir, open, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { tooLarge } from '../core/history/too-large.js';
import { Failure } from '../core/kernel/failure.js';
import * as resultAdvice from '../core/kernel/result-advice.js';
import type { HistoryPlace } from '../core/ports/history.js';

/** A lock this old is that of a writer that was killed: a write takes seconds. */
const STALE_MS = 60_000;

/** A history in a file of this machine, or of a network file system. A file beside it is the lock of its writers. */
export function createFilePlace(path: string): HistoryPlace {
  return {
    name: path,
    read: (mostBytes) =>
      attempt(path, async () => {
        const bytes = await readIfThere(path, mostBytes);
        return bytes && { bytes, version: versionOf(bytes) };
      }),
    replace: (bytes, version) => attempt(path, async () => replace(await follow(path), bytes, version)),
  };
}

/** @throws Failure `history-unusable` for what the file system refuses */
async function attempt<T>(path: string, body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    if (!(error instanceof Error) || !('syscall' in error)) throw error;
    throw new Failure('history-unusable', `The history ${path} cannot be used: ${error.message}.`, {
      hint: resultAdvice.MEND_HISTORY,
      cause: error,
    });
  }
}

/** The file that a link leads to, so that the link stays. */
function follow(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}

async function replace(path: string, bytes: Uint8Array, version: string | undefined): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true });
  const lock = `${path}.lock`;
  if (!(await take(lock))) return false;
  try {
    const now = await readIfThere(path, Infinity);
    if ((now && versionOf(now)) !== version) return false;
    // A reader never sees half a history.
    await writeFile(`${path}.new`, bytes);
    await rename(`${path}.new`, path);
    return true;
  } finally {
    await rm(lock, { force: true });
  }
}

async function readIfThere(path: string, mostBytes: number): Promise<Buffer | undefined> {
  try {
    if ((await stat(path)).size > mostBytes) throw tooLarge(path, mostBytes);
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function versionOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Whether the lock could be taken. */
async function take(lock: string): Promise<boolean> {
  try {
    await (await open(lock, 'wx')).close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const age = await stat(lock).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    // The next try takes it.
    if (age > STALE_MS) await rm(lock, { force: true });
    return false;
  }
}
