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
  /** Folders and links that could not be looked into, and why. */
  readonly unreadable: readonly string[];
}

/** What is asked of the file system. */
export interface Tree {
  readonly readdir: typeof readdir;
  readonly realpath: typeof realpath;
  readonly stat: typeof stat;
}

/** Folders that hold what others wrote, thousands of files of it: only looked into where a pattern names them. */
const CROWDED: readonly string[] = ['.git', '.tox', 'node_modules'];

/**
 * Files under `root` that match. Only folders into which a pattern can lead are read; links are followed, each folder
 * once; what may not be read is left out and named.
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
      // Deleted since it was listed, or a link to nothing: there is nothing to read.
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
    // Folders before links, so that a folder is found under its own name.
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
