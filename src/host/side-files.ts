import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Files of a side in the place of GitHub's: what a phase of the base writes to GITHUB_ENV and GITHUB_PATH must not hold
 * for the head, which would otherwise run the programs of the base.
 *
 * @param folder of the side, absolute. It is made if it is not there
 * @returns the variables that name the files
 */
export function openSideFiles(folder: string): Readonly<Record<string, string>> {
  mkdirSync(folder, { recursive: true });
  const files = ['GITHUB_ENV', 'GITHUB_PATH'].map((name) => [name, join(folder, name)] as const);
  for (const [, path] of files) appendFileSync(path, '');
  return Object.fromEntries(files);
}
