import type { Store } from '../../src/core/ports/store.js';
import type { RawS3 } from '../worlds/raw-s3.js';

/** An account without buckets. */
export interface StoreWorld {
  readonly raw: RawS3;
  readonly open: (bucket: string) => Promise<Store>;
  close(): void | Promise<void>;
}
