import { Failure } from '../core/kernel/failure.js';
import type { Store } from '../core/ports/store.js';
import { openClients, toRequestOptions, type Clients, type ConnectOptions } from '../ec2/connect.js';
import { createBucket } from './bucket.js';
import { createObjects } from './objects.js';
import { S3Requests, type Handler } from './requests.js';
import { createUploads } from './uploads.js';

const CONNECT_MS = 5_000;
/** How long nothing may come or go on a connection. A part of 8 MiB may take longer than this on a slow way. */
const IDLE_MS = 60_000;

/** Where the first request goes without a region. S3 answers everywhere where the bucket is. */
const ANY_REGION = 'us-east-1';

/** Without a region, as on a machine with an instance profile, the first request finds out. @throws those of openClients */
async function openAnywhere(options: ConnectOptions): Promise<Clients> {
  try {
    return await openClients(options);
  } catch (error) {
    const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
    if (!(error instanceof Failure) || error.code !== 'aws-no-region' || AWS_REGION?.trim()) throw error;
    return openClients({ ...options, region: AWS_DEFAULT_REGION?.trim() || ANY_REGION });
  }
}

/**
 * Connects to one bucket, with the credentials, the proxy and the first region that the other requests to AWS have.
 * Sends nothing yet.
 *
 * @throws Failure `aws-no-region` if AWS_REGION is unusable, `aws-no-credentials`
 */
export async function connectStore(bucket: string, options: ConnectOptions): Promise<Store> {
  const { region, shared } = await openAnywhere({
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
