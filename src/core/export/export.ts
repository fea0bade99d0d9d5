import { Failure, messageOf } from '../kernel/failure.js';
import { plural } from '../kernel/plural.js';
import type { ArtifactFolder } from '../ports/artifacts.js';
import type { Log } from '../ports/process.js';
import type { PublicAccess, Store } from '../ports/store.js';
import type { ExportAddress } from './address.js';
import { lookAtBucket } from './bucket.js';
import { Buffers } from './buffers.js';
import type { ExportRequest } from './export-request.js';
import { PART_BYTES, type ScannedFile } from './parts.js';
import { Problems } from './problems.js';
import { FILES_AT_ONCE, scanAll } from './scan-all.js';
import { measure, type Searched } from './searched.js';
import { listPatterns } from './secret-forms.js';
import { sideBySide } from './side-by-side.js';
import { isStored, uploadFile } from './upload.js';
import { toKey, toUrl } from './url.js';

export interface ExportPorts {
  /** @throws Failure `aws-no-region`, `aws-no-credentials` */
  readonly openStore: (bucket: string) => Promise<Store>;
  readonly folder: ArtifactFolder;
  readonly log: Log;
  /** Ends the export: what is in the store stays, and the next export goes on from there. */
  readonly signal?: AbortSignal;
}

/** What an export did. */
export interface ExportResult extends Searched {
  readonly address: ExportAddress;
  readonly url: string;
  readonly publicBy: PublicAccess;
  /** Files that were sent, and the bytes of them that were sent now. */
  readonly sent: { readonly files: number; readonly bytes: number };
}

/** The file in the folder that gets the URL. It is not exported itself. */
export const URL_FILE = 'export.url';
/** So many objects of other exports are named. */
const MOST_NAMED = 3;
/** So much of the files is in memory at once. */
const MEMORY_BYTES = FILES_AT_ONCE * PART_BYTES;

/**
 * Uploads a folder to a prefix of a bucket. Nothing leaves before all files were searched for the secrets. Files that
 * the bucket has already are not sent again. The files at the top of the folder come last, so that `FINISHED` is only
 * in the bucket if everything is, as long as no other export has the prefix.
 *
 * @throws Failure `bucket-missing`, `bucket-public`, `secret-in-artifacts`, before anything was uploaded;
 * `export-incomplete`; those of the store, with what was uploaded so far
 */
export async function exportArtifacts(request: ExportRequest, ports: ExportPorts): Promise<ExportResult> {
  const { address } = request;
  const { folder, log } = ports;
  const store = await ports.openStore(address.bucket);
  const bucket = await lookAtBucket(request, store, log);
  const list = await folder.list();
  const buffers = new Buffers(MEMORY_BYTES);
  const files = list.files.filter(({ path }) => path !== URL_FILE);
  const problems = new Problems(list.unreadable);
  const keyOf = (path: string): string => toKey(address, path);
  const { secrets } = request;
  const { scanned, partly, growing } = await scanAll(files, {
    secrets,
    keyOf,
    folder,
    signal: ports.signal,
    buffers,
    problems,
  });
  const keys = new Set(files.map(({ path }) => keyOf(path)));
  const sent = await uploadAll(scanned, { address, keys, ports, store, buffers, problems });
  problems.failIfAny(address, files.length);
  const index = bucket.publicBy === 'no' ? undefined : scanned.find(({ path }) => path === 'index.html')?.key;
  const url = toUrl(address, bucket.region, index);
  await writeUrl(url, folder, log);
  const { publicBy } = bucket;
  const searched = {
    ...measure(files),
    skipped: list.skipped,
    partly,
    growing,
    shortSecrets: listPatterns(secrets).short,
  };
  return { ...searched, address, url, publicBy, sent };
}

/** A disk that is full does not undo an export. */
async function writeUrl(url: string, folder: ArtifactFolder, log: Log): Promise<void> {
  try {
    await folder.write(URL_FILE, `${url}\n`);
  } catch (error) {
    log.warning(`${URL_FILE} could not be written: ${messageOf(error)}. The export is complete.`);
  }
}

interface Uploading {
  readonly address: ExportAddress;
  /** Those of all files in the folder, also of files with a problem. */
  readonly keys: ReadonlySet<string>;
  readonly ports: ExportPorts;
  readonly store: Store;
  readonly buffers: Buffers;
  readonly problems: Problems;
}

/** @throws Failure of the store, with what was uploaded so far */
async function uploadAll(scanned: readonly ScannedFile[], uploading: Uploading): Promise<ExportResult['sent']> {
  const { ports, store, buffers, problems } = uploading;
  const listed = await listSizes(uploading);
  warnOfOthers([...listed.keys()], uploading);
  const sent = { files: 0, bytes: 0 };
  let settled = 0;
  const upload = async (file: ScannedFile): Promise<void> => {
    ports.signal?.throwIfAborted();
    await problems.note(file, async () => {
      if (!(await isStored(file, store, listed.get(file.key)))) {
        const bytes = await uploadFile(file, { store, folder: ports.folder, buffers });
        sent.bytes += bytes;
        sent.files += 1;
      }
      settled += 1;
    });
  };
  const isAtTop = ({ path }: ScannedFile): boolean => !path.includes('/');
  try {
    await sideBySide(
      scanned.filter((one) => !isAtTop(one)),
      FILES_AT_ONCE,
      upload,
    );
    await sideBySide(scanned.filter(isAtTop), FILES_AT_ONCE, upload);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const why = `In the bucket: ${settled} of ${plural(scanned.length, 'file')}. Another export sends only the rest.`;
    throw new Failure(error.code, error.message, { ...error.about, why });
  }
  return sent;
}

/** Files of two runs in one prefix tell of neither, so `FINISHED` of one may be beside a log of the other. */
function warnOfOthers(listed: readonly string[], { address, ports, keys }: Uploading): void {
  const others = listed.filter((key) => !keys.has(key));
  if (others.length === 0) return;
  const above = toKey(address, '').length;
  const shown = others.slice(0, MOST_NAMED).map((key) => key.slice(above));
  const named = `${shown.join(', ')}${others.length > MOST_NAMED ? ', …' : ''}`;
  const count = plural(others.length, 'object that is', 'objects that are');
  ports.log.warning(
    `s3://${address.bucket}/${address.prefix} has ${count} not of this export, such as ${named}: give each run a prefix of its own, such as one with \`github.run_id\`.`,
  );
}

/** The sizes of the objects under the prefix, by key. */
async function listSizes({ address, store }: Uploading): Promise<ReadonlyMap<string, number>> {
  const sizes = new Map<string, number>();
  for await (const { key, size } of store.listObjects(toKey(address, ''))) sizes.set(key, size);
  return sizes;
}
