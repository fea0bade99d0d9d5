import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

export interface FoundFile {
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly modifiedAt: number;
}

/** Folders that hold what others wrote, thousands of files of it: only looked into where a pattern names them. */
const crowded = ['.git', '.tox', 'node_modules'];

/** Files under `root` that fit any of the patterns: `*` within a folder, `**` across folders, `?` one character. */
export async function findFiles(root: string, patterns: readonly string[]): Promise<readonly FoundFile[]> {
  const wanted = patterns.map(toRegExp);
  const skipped = crowded.filter((name) => !patterns.some((pattern) => pattern.split('/').includes(name)));
  const found: FoundFile[] = [];
  const walk = async (folder: string): Promise<void> => {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const full = join(folder, entry.name);
      const path = relative(root, full).split(sep).join('/');
      if (entry.isDirectory() && !skipped.includes(entry.name)) await walk(full);
      else if (entry.isFile() && wanted.some((pattern) => pattern.test(path))) {
        found.push({ path, modifiedAt: (await stat(full)).mtimeMs });
      }
    }
  };
  await walk(root);
  return found.sort((a, b) => a.path.localeCompare(b.path));
}

function toRegExp(pattern: string): RegExp {
  const parts = pattern.replace(/^\.\//, '').split(/(\*\*\/|\*\*|\*|\?)/);
  const meanings: Readonly<Record<string, string>> = { '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*', '?': '[^/]' };
  return new RegExp(`^${parts.map((part) => meanings[part] ?? part.replace(/[.+^${}()|[\]\\]/g, '\\$&')).join('')}$`);
}
