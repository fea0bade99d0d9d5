import { copyFile, mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { compilePatterns } from '../core/inputs/file-patterns.js';
import type { FoundResult, ResultFiles } from '../core/interleave/measurement.js';
import { findFiles } from './find-files.js';

/** The result files of runs, and their copies in the artifacts. */
export const resultFiles: ResultFiles = {
  async find(folder, patterns) {
    const { files } = await findFiles(folder, compilePatterns(patterns));
    return (await Promise.all(files.map(({ path }) => measure(folder, path)))).flat();
  },
  async copy(from, to) {
    await mkdir(dirname(to), { recursive: true });
    await copyFile(from, to);
  },
};

/** Empty if the file is gone. */
async function measure(folder: string, path: string): Promise<readonly FoundResult[]> {
  const found = await stat(join(folder, path)).catch(() => undefined);
  return found === undefined ? [] : [{ path, bytes: found.size, changedAt: found.mtimeMs }];
}
