import type { SandboxRequest, SandboxResponse } from '../http.js';
import { digest, S3Error, type Bucket, type Content, type StoredObject } from './world.js';
import { encode, renderDocument, type Child } from './xml.js';

const PAGE = 1_000;

export function listObjects(bucket: Bucket, { query }: SandboxRequest): SandboxResponse {
  const prefix = query.get('prefix') ?? '';
  const after = query.get('continuation-token') ?? '';
  const most = Math.min(PAGE, Number(query.get('max-keys') ?? PAGE));
  const keys = [...bucket.objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort(compareBytes);
  const page = keys.slice(0, most);
  const isTruncated = keys.length > page.length;
  const isEncoded = query.get('encoding-type') === 'url';
  const show = (text: string): string => (isEncoded ? encode(text) : text);
  const listed = page.map((key): Child => ['Contents', describeListed(show(key), bucket.objects.get(key)!)]);
  const children: Child[] = [
    ['Name', bucket.name],
    ['Prefix', show(prefix)],
    ['KeyCount', page.length],
    ['MaxKeys', most],
    ['IsTruncated', `${isTruncated}`],
    ...(isEncoded ? [['EncodingType', 'url'] as const] : []),
    ...listed,
    ...(isTruncated ? [['NextContinuationToken', page.at(-1) ?? ''] as const] : []),
  ];
  return xml(renderDocument('ListBucketResult', children));
}

/** The aws CLI needs all of it. */
function describeListed(key: string, { etag, bytes, modifiedAt }: StoredObject): readonly Child[] {
  return [
    ['Key', key],
    ['LastModified', new Date(modifiedAt).toISOString()],
    ['ETag', etag],
    ['Size', bytes.length],
    ['StorageClass', 'STANDARD'],
  ];
}

export function putObject(bucket: Bucket, key: string, request: SandboxRequest): SandboxResponse {
  const contentType = request.headers['content-type'] ?? 'binary/octet-stream';
  checkCondition(bucket.objects.get(key), request);
  const content = readContent(request);
  bucket.objects.set(key, { ...content, contentType, modifiedAt: Date.now() });
  return { status: 200, headers: describe(content), body: '' };
}

/** Source: Amazon S3 user guide, "How to prevent object overwrites with conditional writes". */
function checkCondition(found: Content | undefined, { headers }: SandboxRequest): void {
  const match = headers['if-match'];
  if (match !== undefined && !found) throw new S3Error(404, 'NoSuchKey', 'The specified key does not exist.');
  const isOther = match !== undefined && match !== found?.etag;
  if (isOther || (headers['if-none-match'] === '*' && found)) {
    throw new S3Error(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold');
  }
}

export function getObject(bucket: Bucket, key: string, { headers }: SandboxRequest): SandboxResponse {
  const found = bucket.objects.get(key);
  if (!found) throw new S3Error(404, 'NoSuchKey', 'The specified key does not exist.');
  const asked = headers['x-amz-checksum-mode'] === 'ENABLED';
  const { sha256, ...rest } = found;
  const facts = describe(asked && sha256 !== undefined ? { ...rest, sha256 } : rest);
  const length = { 'content-length': `${found.bytes.length}`, 'content-type': found.contentType };
  return { status: 200, headers: { ...facts, ...length }, body: found.bytes };
}

/** @throws S3Error if the bytes have another checksum than a header says */
export function readContent({ bytes, headers }: SandboxRequest): Content {
  const actual = digest('sha256', bytes);
  const signed = headers['x-amz-content-sha256'];
  if (signed !== undefined && /^[0-9a-f]{64}$/.test(signed) && signed !== actual.toString('hex')) {
    const message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
    throw new S3Error(400, 'XAmzContentSHA256Mismatch', message);
  }
  const sha256 = headers['x-amz-checksum-sha256'];
  if (sha256 !== undefined && sha256 !== actual.toString('base64')) {
    const message = 'The SHA256 you specified did not match the calculated checksum.';
    throw new S3Error(400, 'BadDigest', message);
  }
  const etag = `"${digest('md5', bytes).toString('hex')}"`;
  return { bytes, etag, ...(sha256 !== undefined && { sha256 }) };
}

export function describe({ etag, sha256 }: Pick<Content, 'etag' | 'sha256'>): Record<string, string> {
  return { etag, ...(sha256 !== undefined && { 'x-amz-checksum-sha256': sha256 }) };
}

export function xml(body: string): SandboxResponse {
  return { status: 200, headers: { 'content-type': 'application/xml' }, body };
}

/** S3 sorts keys by their bytes in UTF-8. */
function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
