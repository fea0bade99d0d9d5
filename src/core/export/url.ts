import type { ExportAddress } from './address.js';

/** The key of a file. */
export function toKey({ prefix }: ExportAddress, path: string): string {
  return prefix === '' ? path : `${prefix}/${path}`;
}

/** The domains of the console and of S3. Source: AWS General Reference, "Service endpoints" of each partition. */
function findDomains(region: string): { readonly site: string; readonly api: string } {
  if (region.startsWith('cn-')) return { site: 'amazonaws.cn', api: 'amazonaws.com.cn' };
  if (region.startsWith('us-gov-')) return { site: 'amazonaws-us-gov.com', api: 'amazonaws.com' };
  return { site: 'aws.amazon.com', api: 'amazonaws.com' };
}

/** Where a browser shows the export: the console of AWS, or the index page of a public bucket. */
export function toUrl({ bucket, prefix }: ExportAddress, region: string, index: string | undefined): string {
  const encode = (key: string): string => key.split('/').map(encodeURIComponent).join('/');
  const { site, api } = findDomains(region);
  if (index !== undefined) return `https://s3.${region}.${api}/${bucket}/${encode(index)}`;
  const query = `region=${region}&prefix=${encodeURIComponent(prefix === '' ? '' : `${prefix}/`)}`;
  return `https://${region}.console.${site}/s3/buckets/${bucket}?${query}`;
}
