import { Failure } from '../core/kernel/failure.js';
import * as advice from '../core/kernel/advice.js';

/** Where the requests for one bucket go. */
export interface Endpoint {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  /** The path of the bucket: empty where the host name has the bucket. */
  readonly base: string;
}

/**
 * The endpoint of a bucket: `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`, or the host that S3 has in the region. The host
 * name contains the bucket, except with a dot in it, for which S3's certificate is not valid, and with an endpoint from
 * the environment, which may have one name only.
 *
 * @throws Failure `setting-unusable` if the variable is no URL
 */
export function toEndpoint(bucket: string, region: string, env: NodeJS.ProcessEnv = process.env): Endpoint {
  const given = env['AWS_ENDPOINT_URL_S3']?.trim() || env['AWS_ENDPOINT_URL']?.trim();
  if (given) return parseEndpoint(given, bucket);
  const host = `s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
  return bucket.includes('.')
    ? { protocol: 'https:', hostname: host, base: `/${bucket}` }
    : { protocol: 'https:', hostname: `${bucket}.${host}`, base: '' };
}

function parseEndpoint(given: string, bucket: string): Endpoint {
  if (!URL.canParse(given) || !/^https?:\/\//i.test(given)) {
    const message = `AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL is ${JSON.stringify(given)}, which is not a URL.`;
    throw new Failure('setting-unusable', message, { hint: advice.CHECK_SETTINGS });
  }
  const { protocol, hostname, port, pathname } = new URL(given);
  return { protocol, hostname, ...(port && { port: Number(port) }), base: `${pathname.replace(/\/+$/, '')}/${bucket}` };
}

/** A key as part of a path, as S3 expects it and signs it: all but unreserved characters and `/` are encoded. */
export function encodeKey(key: string): string {
  return key.split('/').map(encodePart).join('/');
}

function encodePart(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
