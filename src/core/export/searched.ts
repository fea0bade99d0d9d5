import type { ArtifactFile } from '../ports/artifacts.js';

/** What was searched for secrets. */
export interface Searched {
  readonly files: number;
  readonly bytes: number;
  /** Links and special files, which are not read. */
  readonly skipped: readonly string[];
  /** Compressed files of which only the beginning was unpacked and searched. */
  readonly partly: readonly string[];
  /** Files to which a program still writes: only what was there in the beginning counts. */
  readonly growing: readonly string[];
  /** How many secrets were too short to be searched for. */
  readonly shortSecrets: number;
}

/** How many files there are, and their bytes. */
export function measure(files: readonly ArtifactFile[]): Pick<Searched, 'files' | 'bytes'> {
  return { files: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0) };
}
