import {
  copyFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
  utimesSync,
  type Stats,
} from 'node:fs';
import { dirname, join } from 'node:path';

export interface CopyOptions {
  /** A folder that is left out, for example because it is the target. */
  readonly except: string;
  /** Called with the path and the reason for everything that could not be copied. */
  readonly onSkipped: (what: string) => void;
}

/**
 * Copies a file or a folder with everything in it. Links stay links. What cannot be read is left out and reported:
 * containers often write files that only root may read. Sockets and pipes are left out as well.
 */
export function copyTree(from: string, to: string, options: CopyOptions): void {
  if (from === options.except) return;
  try {
    const stats = lstatSync(from);
    mkdirSync(dirname(to), { recursive: true });
    copyOne(stats, from, to);
    if (!stats.isDirectory()) return;
    for (const name of readdirSync(from)) copyTree(join(from, name), join(to, name), options);
  } catch (error) {
    options.onSkipped(`${from} (${(error as NodeJS.ErrnoException).code ?? String(error)})`);
  }
}

function copyOne(stats: Stats, from: string, to: string): void {
  if (stats.isDirectory()) mkdirSync(to, { recursive: true });
  else if (stats.isSymbolicLink()) symlinkSync(readlinkSync(from), to);
  else if (stats.isFile()) {
    copyFileSync(from, to);
    // An old file must not look new: what a run has not written is not its result.
    utimesSync(to, stats.atime, stats.mtime);
  }
}
