import { constants } from 'node:fs';
import { open, readdir, lstat, realpath, writeFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { explainUnreadable } from '../core/export/unreadable.js';
import { Failure } from '../core/kernel/failure.js';
import type { ArtifactFile, ArtifactFolder, ArtifactList } from '../core/ports/artifacts.js';

/** A folder of this machine. Links are not followed, neither in the list nor when a file is opened. */
export function openArtifactFolder(path: string): ArtifactFolder {
  return {
    path,
    list: () => list(path),
    async open(name) {
      const handle = await open(join(path, name), constants.O_RDONLY | constants.O_NOFOLLOW);
      return {
        read: async (into, position) => {
          let filled = 0;
          while (filled < into.length) {
            const { bytesRead } = await handle.read(into, filled, into.length - filled, position + filled);
            if (bytesRead === 0) break;
            filled += bytesRead;
          }
          return filled;
        },
        close: () => handle.close(),
      };
    },
    write: (name, text) => writeFile(join(path, name), text),
  };
}

async function list(root: string): Promise<ArtifactList> {
  const files: ArtifactFile[] = [];
  const skipped: string[] = [];
  const unreadable: string[] = [];
  const outside: string[] = [];
  if (!(await lstat(root).catch(() => undefined))?.isDirectory()) {
    const hint = 'Check the path, and that a phase has written artifacts.';
    throw new Failure('bad-input', `There is no folder of artifacts ${root}.`, { hint });
  }
  const waiting = [''];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    const entries = await readdir(join(root, folder), { withFileTypes: true }).catch((error: unknown) => {
      unreadable.push(`${folder || '.'} (${explainUnreadable(folder, error)})`);
      return [];
    });
    for (const entry of entries) {
      const path = folder ? `${folder}/${entry.name}` : entry.name;
      if (entry.isDirectory()) waiting.push(path);
      else if (!entry.isFile()) {
        skipped.push(path);
        if (entry.isSymbolicLink() && (await leadsOut(root, path))) outside.push(path);
      } else files.push({ path, size: (await lstat(join(root, path)).catch(() => undefined))?.size ?? 0 });
    }
  }
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { files, skipped: skipped.sort(), outside: outside.sort(), unreadable: unreadable.sort() };
}

/** A link to nothing leads nowhere. */
async function leadsOut(root: string, path: string): Promise<boolean> {
  const target = await realpath(join(root, path)).catch(() => undefined);
  return target !== undefined && !`${target}${sep}`.startsWith(`${await realpath(root)}${sep}`);
}
