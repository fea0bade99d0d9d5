import type { ExportAddress } from './address.js';

/** The key of a file. */
export function toKey({ prefix }: ExportAddress, path: string): string {
  return prefix === '' ? path : `${prefix}/${path}`;
}

/** The domains of a region's console and of S3. Source: AWS General Reference, "Service endpoints" of each partition. */
function findDomains(region: string): { readonly consoleHost: string; readonly s3: string } {
  if (region.startsWith('cn-')) return { consoleHost: 'console.amazonaws.cn', s3: 'amazonaws.com.cn' };
  if (region.startsWith('us-gov-')) return { consoleHost: 'console.amazonaws-us-gov.com', s3: 'amazonaws.com' };
  return { consoleHost: 'console.aws.amazon.com', s3: 'amazonaws.com' };
}

/** Where a browser shows the export: the console of AWS, or the index page of a public bucket. */
export function toUrl({ bucket, prefix }: ExportAddress, region: string, index: string | undefined): string {
  const encode = (key: string): string => key.split('/').map(encodeURIComponent).join('/');
  const { consoleHost, s3 } = findDomains(region);
  if (index !== undefined) return `https://s3.${region}.${s3}/${bucket}/${encode(index)}`;
  const query = `region=${region}&prefix=${encodeURIComponent(prefix === '' ? '' : `${prefix}/`)}`;
  return `https://${region}.${consoleHost}/s3/buckets/${bucket}?${query}`;
}
