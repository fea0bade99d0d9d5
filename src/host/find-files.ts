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
  const search = new Search(root, patterns, tree);
  await search.readFolder('');
  const { files, unreadable } = search;
  return { files: files.sort((a, b) => a.path.localeCompare(b.path)), unreadable };
}

class Search {
  readonly files: FoundFile[] = [];
  readonly unreadable: string[] = [];
  /** The real paths of the folders that were read. */
  private readonly seen = new Set<string>();

  constructor(
    private readonly root: string,
    private readonly patterns: FilePatterns,
    private readonly tree: Tree,
  ) {}

  async readFolder(path: string): Promise<void> {
    const realPath = await this.attempt(path, (full) => this.tree.realpath(full));
    if (realPath === undefined || this.seen.has(realPath)) return;
    this.seen.add(realPath);
    const entries = await this.attempt(path, (full) => this.tree.readdir(full, { withFileTypes: true }));
    // Folders come before links, so that a folder is found under its own name.
    const sorted = (entries ?? []).sort((one, other) => Number(one.isSymbolicLink()) - Number(other.isSymbolicLink()));
    for (const entry of sorted) {
      if (CROWDED.includes(entry.name) && !this.patterns.names(entry.name)) continue;
      await this.visit(
        path ? `${path}/${entry.name}` : entry.name,
        entry.isSymbolicLink() ? undefined : entry.isDirectory(),
      );
    }
  }

  /** @param isFolder `undefined` for a link */
  private async visit(path: string, isFolder: boolean | undefined): Promise<void> {
    const { patterns } = this;
    if (!patterns.matches(path) && !patterns.mayLead(path)) return;
    const target = isFolder === undefined ? await this.attempt(path, (full) => this.tree.stat(full)) : undefined;
    if (isFolder === undefined && !target) return;
    if (isFolder ?? target?.isDirectory()) {
      if (patterns.mayLead(path)) await this.readFolder(path);
    } else if (patterns.matches(path)) {
      const facts = target ?? (await this.attempt(path, (full) => this.tree.stat(full)));
      if (facts?.isFile()) this.files.push({ path, modifiedAt: facts.mtimeMs });
    }
  }

  private async attempt<T>(path: string, act: (full: string) => Promise<T>): Promise<T | undefined> {
    try {
      return await act(join(this.root, path));
    } catch (error) {
      const { code = 'unreadable' } = error as NodeJS.ErrnoException;
      // ENOENT: the file was deleted after it was listed, or a link has no target.
      if (code !== 'ENOENT') this.unreadable.push(`${path || '.'} (${code})`);
      return undefined;
    }
  }
}
