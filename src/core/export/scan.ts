import type { ArtifactFile, ArtifactFolder } from '../ports/artifacts.js';
import type { Buffers } from './buffers.js';
import { partSizeOf, placeOf, readPart, withFile, FileProblem } from './parts.js';
import type { Find, Searcher } from './search.js';

/** What one reading of a file tells. */
export interface Scan {
  /** SHA-256 of each part in base64. */
  readonly parts: readonly string[];
  /** The first secret in the file. */
  readonly find: Find | undefined;
}

/**
 * Reads a file once: the checksums of its parts, and whether it has a secret. An upload later compares the checksums, so
 * nothing leaves that was not searched.
 *
 * @throws FileProblem if it changes meanwhile or cannot be read
 */
export function scanFile(
  file: ArtifactFile,
  using: { readonly folder: ArtifactFolder; readonly searcher: Searcher; readonly buffers: Buffers },
): Promise<Scan> {
  const count = Math.max(1, Math.ceil(file.size / partSizeOf(file.size)));
  return withFile(using.folder, file, async (reader) => {
    const search = using.searcher.start();
    const parts: string[] = [];
    let find: Find | undefined;
    for (let index = 0; index < count; index++) {
      const { position, length } = placeOf(file, index);
      await using.buffers.use(length, async (buffer) => {
        const { bytes, sha256 } = await readPart(reader, buffer, position);
        find ??= search.next(bytes);
        parts.push(sha256);
      });
      if (find) break;
    }
    if (!find && (await reader.read(new Uint8Array(1), file.size)) > 0) throw new FileProblem('it is still growing');
    return { parts, find };
  });
}
