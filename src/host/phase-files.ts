import { lstatSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { compilePatterns } from '../core/inputs/file-patterns.js';
import type { FoundFile, ListedFile } from '../core/phases/host.js';
import { findFiles } from './find-files.js';

/**
 * The files below a folder, relative to it, in the order of their names. Folders that cannot be read are left out: a
 * container writes them as root.
 *
 * @param first names in the folder itself that come before all others
 */
function* walk(folder: string, first: readonly string[] = [], path = ''): Generator<string> {
  for (const entry of readFolder(join(folder, path), first)) {
    const own = path === '' ? entry.name : `${path}/${entry.name}`;
    if (entry.isDirectory()) yield* walk(folder, [], own);
    else yield own;
  }
}

function readFolder(folder: string, first: readonly string[]) {
  try {
    const rank = ({ name }: { readonly name: string }): string => `${first.includes(name) ? 0 : 1}${name}`;
    return readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1));
  } catch {
    return [];
  }
}

/** The files of a name below a folder, relative to it. */
export function findNamed(folder: string, name: string): readonly string[] {
  return [...walk(folder)].filter((path) => path === name || path.endsWith(`/${name}`));
}

/** The first `most` files below a folder, relative to it. Links are left out: an upload may leave out their targets. */
export function listFiles(folder: string, most: number, first: readonly string[]): readonly ListedFile[] {
  const found: ListedFile[] = [];
  for (const path of walk(folder, first)) {
    const stat = lstatSync(join(folder, path), { throwIfNoEntry: false });
    if (stat?.isFile()) found.push({ path, bytes: stat.size });
    if (found.length >= most) break;
  }
  return found;
}

/** The files below a folder that match a pattern. */
export async function measureFiles(folder: string, pattern: string): Promise<readonly FoundFile[]> {
  const { files } = await findFiles(folder, compilePatterns([pattern]));
  return files.flatMap(({ path, modifiedAt }) => {
    const size = statSync(join(folder, path), { throwIfNoEntry: false })?.size;
    return size === undefined ? [] : [{ path, bytes: size, changedAt: modifiedAt }];
  });
}
