import type { SandboxRequest, SandboxResponse } from '../http.js';
import { describe, readContent, xml } from './objects.js';
import { digest, S3Error, type Bucket, type Content, type S3World, type UploadRecord } from './world.js';
import { encode, renderDocument, type Child } from './xml.js';

/** The least size of a part that is not the last. Source: "Amazon S3 multipart upload limits". */
const SMALLEST_PART = 5 * 2 ** 20;
const PARTS_PAGE = 1_000;

export function createUpload(world: S3World, bucket: Bucket, { key, request }: Keyed): SandboxResponse {
  const id = `upload-${world.nextUpload++}`;
  const contentType = request.headers['content-type'] ?? 'binary/octet-stream';
  bucket.uploads.set(id, { id, key, contentType, initiatedAt: Date.now(), parts: new Map() });
  const children: Child[] = [
    ['Bucket', bucket.name],
    ['Key', key],
    ['UploadId', id],
  ];
  return xml(renderDocument('InitiateMultipartUploadResult', children));
}

interface Keyed {
  readonly key: string;
  readonly request: SandboxRequest;
}

export function putPart(bucket: Bucket, { key, request }: Keyed): SandboxResponse {
  const number = Number(request.query.get('partNumber'));
  if (!(number >= 1 && number <= 10_000)) {
    const message = 'Part number must be an integer between 1 and 10000, inclusive';
    throw new S3Error(400, 'InvalidArgument', message);
  }
  const content = readContent(request);
  find(bucket, key, request).parts.set(number, content);
  return { status: 200, headers: describe(content), body: '' };
}

export function listUploads(bucket: Bucket, { query }: SandboxRequest): SandboxResponse {
  const prefix = query.get('prefix') ?? '';
  const found = [...bucket.uploads.values()].filter(({ key }) => key.startsWith(prefix));
  const listed = found.map(({ id, key, initiatedAt }): Child => [
    'Upload',
    [
      ['Key', encode(key)],
      ['UploadId', id],
      ['Initiated', new Date(initiatedAt).toISOString()],
    ],
  ]);
  return xml(renderDocument('ListMultipartUploadsResult', [['IsTruncated', 'false'], ...listed]));
}

export function listParts(bucket: Bucket, { key, request }: Keyed): SandboxResponse {
  const after = Number(request.query.get('part-number-marker') ?? 0);
  const { parts } = find(bucket, key, request);
  const numbers = [...parts.keys()].filter((one) => one > after).sort((a, b) => a - b);
  const page = numbers.slice(0, PARTS_PAGE);
  const listed = page.map((number): Child => {
    const { etag, sha256, bytes } = parts.get(number)!;
    const checksum: Child[] = sha256 === undefined ? [] : [['ChecksumSHA256', sha256]];
    return ['Part', [['PartNumber', number], ['ETag', etag], ['Size', bytes.length], ...checksum]];
  });
  const isTruncated = numbers.length > page.length;
  const children: Child[] = [
    ['IsTruncated', `${isTruncated}`],
    ...(isTruncated ? [['NextPartNumberMarker', page.at(-1)!] as const] : []),
    ...listed,
  ];
  return xml(renderDocument('ListPartsResult', children));
}

export function completeUpload(bucket: Bucket, { key, request }: Keyed): SandboxResponse {
  const upload = find(bucket, key, request);
  const asked = [...request.body.matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part = '']) => part);
  const contents = asked.map((part, at) => takePart(upload, part, at === asked.length - 1));
  if (contents.length === 0) throw new S3Error(400, 'MalformedXML', 'The XML you provided was not well-formed');
  const join = (digests: readonly Buffer[]): Buffer => Buffer.concat([...digests]);
  const md5 = digest('md5', join(contents.map(({ bytes }) => digest('md5', bytes)))).toString('hex');
  const sha256 = digest('sha256', join(contents.map(({ bytes }) => digest('sha256', bytes)))).toString('base64');
  const bytes = Buffer.concat(contents.map((one) => one.bytes));
  const object = { bytes, etag: `"${md5}-${contents.length}"`, sha256: `${sha256}-${contents.length}` };
  bucket.objects.set(key, { ...object, contentType: upload.contentType, modifiedAt: Date.now() });
  bucket.uploads.delete(upload.id);
  const children: Child[] = [
    ['Bucket', bucket.name],
    ['Key', key],
    ['ETag', object.etag],
    ['ChecksumSHA256', object.sha256],
  ];
  return xml(renderDocument('CompleteMultipartUploadResult', children));
}

export function abortUpload(bucket: Bucket, { key, request }: Keyed): SandboxResponse {
  bucket.uploads.delete(find(bucket, key, request).id);
  return { status: 204, body: '' };
}

function find(bucket: Bucket, key: string, { query }: SandboxRequest): UploadRecord {
  const upload = bucket.uploads.get(query.get('uploadId') ?? '');
  if (upload?.key === key) return upload;
  throw new S3Error(404, 'NoSuchUpload', 'The specified multipart upload does not exist.');
}

/** @throws S3Error if the part is missing, another one, or too small */
function takePart(upload: UploadRecord, asked: string, isLast: boolean): Content {
  const read = (name: string): string => new RegExp(`<${name}>(.*?)</${name}>`).exec(asked)?.[1] ?? '';
  const content = upload.parts.get(Number(read('PartNumber')));
  const etag = read('ETag').replace(/&#34;|&quot;/g, '"');
  if (!content || content.etag !== etag || (content.sha256 ?? '') !== read('ChecksumSHA256')) {
    throw new S3Error(400, 'InvalidPart', 'One or more of the specified parts could not be found.');
  }
  if (!isLast && content.bytes.length < SMALLEST_PART) {
    const message = 'Your proposed upload is smaller than the minimum allowed size';
    throw new S3Error(400, 'EntityTooSmall', message);
  }
  return content;
}
