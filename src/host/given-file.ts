import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';

/** A file that an input names, relative to a folder or absolute. @returns `undefined` if there is no such file */
export function readGivenFile(folder: string, path: string): string | undefined {
  const file = resolve(folder, path);
  return statSync(file, { throwIfNoEntry: false })?.isFile() ? readFileSync(file, 'utf8') : undefined;
}
