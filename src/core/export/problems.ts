import * as advice from '../kernel/export-advice.js';
import { Failure } from '../kernel/failure.js';
import { plural } from '../kernel/plural.js';
import type { ArtifactFile } from '../ports/artifacts.js';
import type { ExportAddress } from './address.js';
import { FileProblem } from './parts.js';

export const MOST_LISTED = 20;

/** Files that cannot be exported. They do not end the export of the others. */
export class Problems {
  private readonly files = new Map<string, string>();

  /** @param unreadable folders that could not be read, each with the reason */
  constructor(private readonly unreadable: readonly string[]) {}

  add(path: string, reason: string): void {
    this.files.set(path, reason);
  }

  /** Notes the problem if `act` meets one. @throws every other error */
  async note({ path }: ArtifactFile, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof FileProblem)) throw error;
      this.add(path, error.message);
    }
  }

  /** The first of them as lines, and how many there are, in words. */
  list(): { readonly lines: readonly string[]; readonly count: string } {
    const lines = [...this.unreadable, ...[...this.files].map(([path, reason]) => `${path} (${reason})`)].toSorted();
    return { lines: lines.slice(0, MOST_LISTED), count: plural(lines.length, 'file or folder', 'files or folders') };
  }

  /** @param files how many files there are. @throws Failure `export-incomplete` */
  failIfAny({ bucket, prefix }: ExportAddress, files: number): void {
    const { lines, count } = this.list();
    if (lines.length === 0) return;
    const rest = `Everything else, ${plural(files - this.files.size, 'file')}, is in the bucket`;
    const message = `s3://${bucket}/${prefix}: ${count} could not be exported, such as ${lines[0]}. ${rest}.`;
    throw new Failure('export-incomplete', message, { hint: advice.RERUN_TO_EXPORT, details: lines });
  }
}
