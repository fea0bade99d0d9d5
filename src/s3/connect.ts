import type { Store } from '../core/ports/store.js';
import { openClients, toRequestOptions, type ConnectOptions } from '../ec2/connect.js';
import { createBucket } from './bucket.js';
import { createObjects } from './objects.js';
import { S3Requests, type Handler } from './requests.js';
import { createUploads } from './uploads.js';

const CONNECT_MS = 5_000;
/** How long nothing may come or go on a connection. A part of 8 MiB may take longer than this on a slow way. */
const IDLE_MS = 60_000;

/**
 * Connects to one bucket, with the credentials, the proxy and the first region that the other requests to AWS have.
 * Sends nothing yet.
 *
 * @throws Failure `aws-no-region`, `aws-no-credentials`
 */
export async function connectStore(bucket: string, options: ConnectOptions): Promise<Store> {
  const { region, shared } = await openClients({
    ...options,
    requestHandler: options.requestHandler ?? {
      ...options.agents,
      connectionTimeout: CONNECT_MS,
      socketTimeout: IDLE_MS,
    },
  });
  const { credentials, requestHandler } = shared;
  if (typeof credentials !== 'function') throw new Error('openClients gives a provider of credentials');
  const requests = new S3Requests({
    ...toRequestOptions(options),
    bucket,
    region,
    credentials,
    handler: requestHandler as unknown as Handler,
  });
  return { bucket, ...createBucket(requests), ...createObjects(requests), ...createUploads(requests) };
}
