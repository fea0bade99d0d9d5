import * as advice from '../kernel/export-advice.js';
import { Failure } from '../kernel/failure.js';
import type { Log } from '../ports/process.js';
import type { PublicAccess, Store } from '../ports/store.js';
import type { ExportRequest } from './export-request.js';
import { toKey } from './url.js';

/**
 * Finds out whether the bucket may be exported to, before anything is read or sent. Whether objects may be written is not
 * tried: what was written would stay, because an export may not delete.
 *
 * @throws Failure `bucket-missing`, `bucket-public`; those of the store
 */
export async function lookAtBucket(
  { address, allowsPublic }: Pick<ExportRequest, 'address' | 'allowsPublic'>,
  store: Store,
  log: Pick<Log, 'warning'>,
): Promise<{ readonly region: string; readonly publicBy: PublicAccess }> {
  const region = await store.findRegion();
  const publicBy = await store.findPublicAccess();
  await listFirst(store, toKey(address, ''));
  if (publicBy === 'no') return { region, publicBy };
  const why = publicBy === 'policy' ? 'by its policy' : 'by its access control list';
  if (!allowsPublic) {
    const message = `s3://${address.bucket}: Everybody may read the bucket, ${why}. Nothing was uploaded.`;
    throw new Failure('bucket-public', message, { hint: advice.MAKE_PRIVATE });
  }
  log.warning(`Everybody may read s3://${address.bucket}, ${why}, as \`export-public\` allows.`);
  return { region, publicBy };
}

/** An export lists what is there, for which a policy may allow this prefix only. @throws those of the store */
async function listFirst(store: Store, prefix: string): Promise<void> {
  for await (const _ of store.listObjects(prefix, 1)) return;
}
