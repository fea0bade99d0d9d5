import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FilePatterns } from '../core/inputs/file-patterns.js';

export interface FoundFile {
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly modifiedAt: number;
}

export interface FoundFiles {
  readonly files: readonly FoundFile[];
  /** Folders and links that could not be read, each with the reason. */
  readonly unreadable: readonly string[];
}

/** The functions of the file system that the search uses. */
export interface Tree {
  readonly readdir: typeof readdir;
  readonly realpath: typeof realpath;
  readonly stat: typeof stat;
}

/** Folders with thousands of generated files. They are searched only when a pattern names them. */
const CROWDED: readonly string[] = ['.git', '.tox', 'node_modules'];

/**
 * Finds the files under `root` that match. Reads only folders that may hold a match. Follows links, and reads each
 * folder once. Unreadable folders are left out and listed.
 */
export async function findFiles(
  root: string,
  patterns: FilePatterns,
  tree: Tree = { readdir, realpath, stat },
): Promise<FoundFiles> {
  const files: FoundFile[] = [];
  const unreadable: string[] = [];
  const seen = new Set<string>();
  const attempt = async <T>(path: string, act: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await act();
    } catch (error) {
      const { code = 'unreadable' } = error as NodeJS.ErrnoException;
      // ENOENT: the file was deleted after it was listed, or a link has no target.
      if (code !== 'ENOENT') unreadable.push(`${path || '.'} (${code})`);
      return undefined;
    }
  };
  const visit = async (path: string, isFolder: boolean | undefined): Promise<void> => {
    if (!patterns.matches(path) && !patterns.mayLead(path)) return;
    const full = join(root, path);
    const found = isFolder === undefined ? await attempt(path, () => tree.stat(full)) : undefined;
    if (isFolder === undefined && !found) return;
    if (isFolder ?? found?.isDirectory()) {
      if (patterns.mayLead(path)) await walk(path);
    } else if (patterns.matches(path)) {
      const facts = found ?? (await attempt(path, () => tree.stat(full)));
      if (facts?.isFile()) files.push({ path, modifiedAt: facts.mtimeMs });
    }
  };
  const walk = async (path: string): Promise<void> => {
    const place = await attempt(path, () => tree.realpath(join(root, path)));
    if (place === undefined || seen.has(place)) return;
    seen.add(place);
    const entries = await attempt(path, () => tree.readdir(join(root, path), { withFileTypes: true }));
    // Folders come before links, so that a folder is found under its own name.
    const sorted = (entries ?? []).sort((one, other) => Number(one.isSymbolicLink()) - Number(other.isSymbolicLink()));
    for (const entry of sorted) {
      if (CROWDED.includes(entry.name) && !patterns.names(entry.name)) continue;
      await visit(
        path ? `${path}/${entry.name}` : entry.name,
        entry.isSymbolicLink() ? undefined : entry.isDirectory(),
      );
    }
  };
  await walk('');
  return { files: files.sort((a, b) => a.path.localeCompare(b.path)), unreadable };
}
