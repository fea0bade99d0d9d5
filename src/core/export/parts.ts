import { composeChecksum, toSha256 } from '../kernel/checksum.js';
import type { ArtifactFile, ArtifactFolder, ArtifactReader } from '../ports/artifacts.js';
import type { Body } from '../ports/store.js';
import { explainUnreadable } from './unreadable.js';

const MIB = 2 ** 20;
/** A file up to this size is one request. A larger one has parts of this size. As with the aws CLI. */
export const PART_BYTES = 8 * MIB;
/** Source: "Amazon S3 multipart upload limits". */
const MOST_PARTS = 10_000;

/** The size of a file's parts, which depends on nothing else, so that a later export finds the same parts. */
export function partSizeOf(size: number): number {
  return Math.max(PART_BYTES, Math.ceil(size / MOST_PARTS / MIB) * MIB);
}

/** A file as it was read before anything was uploaded. */
export interface ScannedFile extends ArtifactFile {
  readonly key: string;
  /** SHA-256 of each part in base64; one part for an empty file. */
  readonly parts: readonly string[];
}

/** The checksum that the store has of the whole file. */
export function checksumOf({ parts }: ScannedFile): string {
  return parts.length === 1 ? parts[0]! : composeChecksum(parts);
}

/** Where a part is in its file. */
export function placeOf({ size }: ArtifactFile, index: number): { readonly position: number; readonly length: number } {
  const partSize = partSizeOf(size);
  const position = index * partSize;
  return { position, length: Math.min(partSize, size - position) };
}

/** A file that changed or could not be read. It does not end the export of the other files. */
export class FileProblem extends Error {}

/** Opens a file for `use`. @throws FileProblem with the reason, if the file system gives one */
export async function withFile<T>(
  folder: ArtifactFolder,
  { path }: ArtifactFile,
  use: (reader: ArtifactReader) => Promise<T>,
): Promise<T> {
  const reader = await asProblem(() => folder.open(path), path);
  try {
    return await use(reader);
  } finally {
    await reader.close();
  }
}

/** Fills the buffer. @throws FileProblem if the file is shorter or cannot be read */
export async function readPart(reader: ArtifactReader, into: Uint8Array, position: number): Promise<Body> {
  const length = into.length === 0 ? 0 : await asProblem(() => reader.read(into, position));
  if (length < into.length) throw new FileProblem('it became shorter');
  return { bytes: into, sha256: toSha256(into) };
}

/** @param path of a file that is opened, whose name may be the reason */
async function asProblem<T>(act: () => Promise<T>, path = ''): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw new FileProblem(explainUnreadable(path, error));
  }
}
