import { readPermission } from '../../sandbox/s3/endpoint.js';
import type { RecordedRequest } from '../../sandbox/sandbox.js';
import type { Ask } from './iam.asks.js';

/** The permission that a request to S3 needs. */
export function toAsk({ method, path, headers, body }: RecordedRequest): Ask {
  const url = new URL(path, 'http://sandbox');
  const query = url.searchParams;
  const request = { method, path: url.pathname, query, headers, body, bytes: Buffer.alloc(0), index: 0 };
  const { action, resource } = readPermission({ ...request, signal: new AbortController().signal });
  const prefix = action === 's3:ListBucket' ? query.get('prefix') : null;
  return { action, resource, context: prefix === null ? {} : { 's3:prefix': prefix } };
}
