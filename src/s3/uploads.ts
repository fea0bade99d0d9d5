import type { Store, StoredPart, Upload, UploadedPart } from '../core/ports/store.js';
import { IncompleteResponse, readError } from '../ec2/errors.js';
import { composeChecksum, toSha256 } from '../core/kernel/checksum.js';
import { toFailure, toServiceError } from './errors.js';
import { createObjects, decode, readEtag, toHeaders } from './objects.js';
import type { S3Request, S3Requests } from './requests.js';
import { childrenOf, escapeXml, parseXml, textOf } from './xml.js';

type Uploads = Pick<Store, 'findUploads' | 'createUpload' | 'listParts' | 'putPart' | 'completeUpload' | 'abortUpload'>;

/** Requests about uploads in parts. */
export function createUploads(requests: S3Requests): Uploads {
  return {
    findUploads: (key) => findUploads(requests, key),
    createUpload: (key, contentType) => createUpload(requests, key, contentType),
    listParts: (upload) => listParts(requests, upload),
    async putPart(upload, number, body) {
      const query = { partNumber: `${number}`, uploadId: upload.id };
      const headers = toHeaders(body.sha256);
      const request = { action: 's3:PutObject', method: 'PUT', key: upload.key, query, headers, body } as const;
      const etag = await requests.ask({ ...request, purpose: 'register' }, readEtag);
      return { number, etag, sha256: body.sha256 };
    },
    completeUpload: (upload, parts) => completeUpload(requests, upload, parts),
    abortUpload: (upload) => abortUpload(requests, upload),
  };
}

async function findUploads(requests: S3Requests, key: string): Promise<readonly Upload[]> {
  const found: (Upload & { readonly begun: string })[] = [];
  let marker: Record<string, string> = {};
  do {
    const query = { uploads: '', 'encoding-type': 'url', prefix: key, ...marker };
    const action = 's3:ListBucketMultipartUploads';
    const page = await requests.ask({ action, method: 'GET', query }, ({ bytes }) => parseXml(bytes.toString()));
    for (const one of childrenOf(page, 'Upload')) {
      if (decode(one, 'Key') !== key) continue;
      found.push({ key, id: textOf(one, 'UploadId'), begun: textOf(one, 'Initiated') });
    }
    const [next, nextId] = [decode(page, 'NextKeyMarker'), textOf(page, 'NextUploadIdMarker')];
    const goesOn = textOf(page, 'IsTruncated') === 'true' && next !== '';
    marker = goesOn ? { 'key-marker': next, ...(nextId && { 'upload-id-marker': nextId }) } : {};
    // The keys are sorted. The key itself is the first that begins with it.
    if (goesOn && next !== key) break;
  } while (Object.keys(marker).length > 0);
  return found.sort((a, b) => Date.parse(a.begun) - Date.parse(b.begun)).map(({ id }) => ({ key, id }));
}

/** If an answer is lost, there are two uploads then. The caller finds the other one by {@link findUploads}. */
async function createUpload(requests: S3Requests, key: string, contentType: string): Promise<Upload> {
  const checksum = { 'x-amz-checksum-algorithm': 'SHA256', 'x-amz-checksum-type': 'COMPOSITE' };
  const headers = { 'content-type': contentType, ...checksum };
  const request = { action: 's3:PutObject', method: 'POST', key, query: { uploads: '' }, headers } as const;
  const id = await requests.ask({ ...request, purpose: 'register' }, ({ bytes }) => {
    const found = textOf(parseXml(bytes.toString()), 'UploadId');
    if (!found) throw new IncompleteResponse('the answer of S3 has no upload id');
    return found;
  });
  return { key, id };
}

async function listParts(requests: S3Requests, upload: Upload): Promise<readonly StoredPart[] | undefined> {
  const parts: StoredPart[] = [];
  let marker = '';
  try {
    do {
      const query = { uploadId: upload.id, ...(marker && { 'part-number-marker': marker }) };
      const request = { action: 's3:ListMultipartUploadParts', method: 'GET', key: upload.key, query } as const;
      const page = await requests.persist(request, ({ bytes }) => parseXml(bytes.toString()));
      for (const one of childrenOf(page, 'Part')) {
        const sha256 = textOf(one, 'ChecksumSHA256');
        const [number, size] = [Number(textOf(one, 'PartNumber')), Number(textOf(one, 'Size'))];
        parts.push({ number, size, etag: textOf(one, 'ETag'), ...(sha256 && { sha256 }) });
      }
      marker = textOf(page, 'IsTruncated') === 'true' ? textOf(page, 'NextPartNumberMarker') : '';
    } while (marker);
    return parts;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw toFailure(error, about(requests, 's3:ListMultipartUploadParts', upload));
  }
}

/**
 * S3 answers 200 before it is done, and may send an error afterwards. If the answer to the first try was lost, S3 no
 * longer knows the upload: then the object's checksum says whether it is complete.
 */
async function completeUpload(requests: S3Requests, upload: Upload, parts: readonly UploadedPart[]): Promise<void> {
  const request = composeCompletion(upload, parts);
  try {
    await requests.persist(request, (answer) => {
      const text = answer.bytes.toString();
      if (text.includes('<Error>')) throw toServiceError({ ...answer, text });
      if (parseXml(text).name !== 'CompleteMultipartUploadResult') throw new IncompleteResponse('no result');
    });
  } catch (error) {
    if (isGone(error)) {
      const stored = await createObjects(requests).headObject(upload.key);
      if (stored?.sha256 === composeChecksum(parts.map(({ sha256 }) => sha256))) return;
    }
    throw toFailure(error, about(requests, 's3:PutObject', upload));
  }
}

function composeCompletion(upload: Upload, parts: readonly UploadedPart[]): S3Request {
  const listed = parts.map(({ number, etag, sha256 }) => {
    const checksum = `<ChecksumSHA256>${escapeXml(sha256)}</ChecksumSHA256>`;
    return `<Part>${checksum}<ETag>${escapeXml(etag)}</ETag><PartNumber>${number}</PartNumber></Part>`;
  });
  const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';
  const text = `<CompleteMultipartUpload xmlns="${namespace}">${listed.join('')}</CompleteMultipartUpload>`;
  const bytes = new TextEncoder().encode(text);
  const body = { bytes, sha256: toSha256(bytes) };
  const query = { uploadId: upload.id };
  const headers = { 'content-type': 'application/xml' };
  return { action: 's3:PutObject', method: 'POST', key: upload.key, query, headers, body, purpose: 'register' };
}

async function abortUpload(requests: S3Requests, upload: Upload): Promise<void> {
  const query = { uploadId: upload.id };
  const action = 's3:AbortMultipartUpload';
  try {
    await requests.persist({ action, method: 'DELETE', key: upload.key, query, purpose: 'end' }, () => undefined);
  } catch (error) {
    if (!isGone(error)) throw toFailure(error, about(requests, action, upload));
  }
}

function isGone(error: unknown): boolean {
  return readError(error).code === 'NoSuchUpload';
}

function about(requests: S3Requests, action: string, { key }: Upload): { action: string; place: string } {
  return { action, place: `s3://${requests.bucket}/${key}` };
}
