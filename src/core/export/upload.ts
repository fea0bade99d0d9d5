import type { ArtifactFolder, ArtifactReader } from '../ports/artifacts.js';
import type { Body, Store, StoredPart, Upload, UploadedPart } from '../ports/store.js';
import type { Buffers } from './buffers.js';
import { contentTypeOf } from './content-type.js';
import { checksumOf, FileProblem, placeOf, readPart, withFile, type ScannedFile } from './parts.js';
import { sideBySide } from './side-by-side.js';

export interface UploadTools {
  readonly store: Store;
  readonly folder: ArtifactFolder;
  readonly buffers: Buffers;
}

/** How many parts of one file are sent at once. */
const PARTS_AT_ONCE = 8;

/** Whether the store has the file already. @param listedSize the size in the list; `undefined`: not in the list */
export async function isStored(file: ScannedFile, store: Store, listedSize: number | undefined): Promise<boolean> {
  if (listedSize !== file.size) return false;
  return (await store.headObject(file.key))?.sha256 === checksumOf(file);
}

/** @returns the bytes that were sent. @throws FileProblem if the file changed since it was scanned */
export async function uploadFile(file: ScannedFile, tools: UploadTools): Promise<number> {
  return withFile(tools.folder, file, (reader) =>
    file.parts.length === 1 ? putWhole(file, reader, tools) : putParts(file, reader, tools),
  );
}

async function putWhole(file: ScannedFile, reader: ArtifactReader, tools: UploadTools): Promise<number> {
  await withPart(file, { reader, index: 0, buffers: tools.buffers }, (body) =>
    tools.store.putObject(file.key, body, contentTypeOf(file.path)),
  );
  return file.size;
}

async function putParts(file: ScannedFile, reader: ArtifactReader, tools: UploadTools): Promise<number> {
  const { store, buffers } = tools;
  const { upload, stored } = await openUpload(file, store);
  const done: UploadedPart[] = [];
  let sent = 0;
  await sideBySide(file.parts, PARTS_AT_ONCE, async (sha256, index) => {
    const known = stored.get(index + 1);
    const { length } = placeOf(file, index);
    if (known?.sha256 === sha256 && known.size === length) {
      done[index] = { number: index + 1, etag: known.etag, sha256 };
      return;
    }
    done[index] = await withPart(file, { reader, index, buffers }, (body) => store.putPart(upload, index + 1, body));
    sent += length;
  });
  await store.completeUpload(upload, done);
  // Uploads of earlier exports that were interrupted, and one whose answer was lost. S3 bills their parts.
  for (const other of await store.findUploads(file.key)) await store.abortUpload(other);
  return sent;
}

/** The newest upload of the key that an interrupted export left, or a new one. */
async function openUpload(
  file: ScannedFile,
  store: Store,
): Promise<{ readonly upload: Upload; readonly stored: ReadonlyMap<number, StoredPart> }> {
  const found = (await store.findUploads(file.key)).at(-1);
  const parts = found && (await store.listParts(found));
  const upload = found && parts ? found : await store.createUpload(file.key, contentTypeOf(file.path));
  return { upload, stored: new Map(parts?.map((part) => [part.number, part])) };
}

async function withPart<T>(
  file: ScannedFile,
  { reader, index, buffers }: { reader: ArtifactReader; index: number; buffers: Buffers },
  send: (body: Body) => Promise<T>,
): Promise<T> {
  const { position, length } = placeOf(file, index);
  return buffers.use(length, async (buffer) => {
    const body = await readPart(reader, buffer, position);
    if (body.sha256 !== file.parts[index]) throw new FileProblem('it changed');
    return send(body);
  });
}
