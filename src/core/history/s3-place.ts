import { toSha256 } from '../kernel/checksum.js';
import type { HistoryPlace } from '../ports/history.js';
import type { Store } from '../ports/store.js';

/** A history in an object of S3, which is replaced only if no other writer was faster. */
export function createS3Place(store: Store, key: string): HistoryPlace {
  return {
    name: `s3://${store.bucket}/${key}`,
    read: async (mostBytes) => {
      const found = await store.getVersion(key, mostBytes);
      return found && { bytes: found.bytes, version: found.etag };
    },
    replace: (bytes, version) =>
      store.replaceObject(
        key,
        { bytes, sha256: toSha256(bytes) },
        { etag: version, contentType: 'application/x-ndjson' },
      ),
  };
}
