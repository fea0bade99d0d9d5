import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The text of a program. @returns `undefined` if there is no such file */
export function readProgram(folder: string, path: string): string | undefined {
  const file = join(folder, path);
  return statSync(file, { throwIfNoEntry: false })?.isFile() ? readFileSync(file, 'utf8') : undefined;
}

const MOST_OF_A_LINE = 16 * 1024;

/** The first line of a file of any size; `undefined` for what is no file: reading a pipe would wait for its writer. */
export function readFirstLine(file: string): string | undefined {
  try {
    if (!statSync(file).isFile()) return undefined;
    const descriptor = openSync(file, 'r');
    try {
      const buffer = Buffer.alloc(MOST_OF_A_LINE);
      return buffer.toString('utf8', 0, readSync(descriptor, buffer)).split(/\r?\n/, 1)[0]!;
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return undefined;
  }
}

/** The names in a folder; none if there is no such folder. */
export function listNames(folder: string): readonly string[] {
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(folder).sort() : [];
}
