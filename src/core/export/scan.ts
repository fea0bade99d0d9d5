import type { ArtifactFile, ArtifactFolder, ArtifactReader } from '../ports/artifacts.js';
import type { Buffers } from './buffers.js';
import { partSizeOf, placeOf, readPart, withFile } from './parts.js';
import type { Find, Searcher } from './search.js';
import { GzipSearch, isGzip } from './unpack.js';

/** What one reading of a file tells. */
export interface Scan {
  /** SHA-256 of each part in base64. */
  readonly parts: readonly string[];
  /** The first secret in the file, or in its unpacked content. */
  readonly find: Find | undefined;
  /** The content of a compressed file was searched only in its beginning. */
  readonly isPartly: boolean;
  /** The file was longer at the end of the reading than in the list. What was added was not read. */
  readonly isGrowing: boolean;
}

interface Scanning {
  readonly folder: ArtifactFolder;
  readonly searcher: Searcher;
  readonly buffers: Buffers;
}

/**
 * Reads a file once: the checksums of its parts, and whether it has a secret. An upload later compares the checksums, so
 * nothing leaves that was not searched.
 *
 * @throws FileProblem if it becomes shorter meanwhile or cannot be read
 */
export function scanFile(file: ArtifactFile, scanning: Scanning): Promise<Scan> {
  return withFile(scanning.folder, file, async (reader) => {
    const scan = await scanParts(file, reader, scanning);
    return { ...scan, isGrowing: (await reader.read(new Uint8Array(1), file.size)) > 0 };
  });
}

async function scanParts(
  file: ArtifactFile,
  reader: ArtifactReader,
  { searcher, buffers }: Scanning,
): Promise<Omit<Scan, 'isGrowing'>> {
  const count = Math.max(1, Math.ceil(file.size / partSizeOf(file.size)));
  const search = searcher.start();
  const parts: string[] = [];
  let packed: GzipSearch | undefined;
  let find: Find | undefined;
  for (let index = 0; index < count; index++) {
    const { position, length } = placeOf(file, index);
    await buffers.use(length, async (buffer) => {
      const { bytes, sha256 } = await readPart(reader, buffer, position);
      find = search.next(bytes);
      parts.push(sha256);
      if (index === 0 && isGzip(bytes)) packed = new GzipSearch(searcher.start());
      await packed?.next(bytes);
    });
    if (find) break;
  }
  const inside = await packed?.end();
  return { parts, find: find ?? inside, isPartly: packed?.isPartly ?? false };
}
