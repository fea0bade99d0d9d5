import type { Body, ListedObject, ObjectFacts, Store, WriteCondition } from '../core/ports/store.js';
import { IncompleteResponse, readError } from '../ec2/errors.js';
import { toFailure } from './errors.js';
import type { S3Answer, S3Requests } from './requests.js';
import { childrenOf, parseXml, textOf, type Element } from './xml.js';

type Objects = Pick<Store, 'listObjects' | 'headObject' | 'getObject' | 'getVersion' | 'putObject' | 'replaceObject'>;

/** Requests about whole objects. */
export function createObjects(requests: S3Requests): Objects {
  return {
    listObjects: (prefix, pageSize) => listObjects(requests, prefix, pageSize),
    headObject: (key) => headObject(requests, key),
    getObject: (key, mostBytes) =>
      absentAs404(requests, key, () =>
        requests.persist({ action: 's3:GetObject', method: 'GET', key, mostBytes }, ({ bytes }) => bytes),
      ),
    getVersion: (key, mostBytes) =>
      absentAs404(requests, key, () =>
        requests.persist({ action: 's3:GetObject', method: 'GET', key, mostBytes }, (answer) => ({
          bytes: answer.bytes,
          etag: readEtag(answer),
        })),
      ),
    replaceObject: (key, body, condition) => replaceObject(requests, key, { body, condition }),
    async putObject(key, body, contentType) {
      const headers = { ...toHeaders(body.sha256), 'content-type': contentType };
      await requests.ask({ action: 's3:PutObject', method: 'PUT', key, headers, body, purpose: 'register' }, readEtag);
    },
  };
}

async function replaceObject(
  requests: S3Requests,
  key: string,
  { body, condition: { etag, contentType } }: { readonly body: Body; readonly condition: WriteCondition },
): Promise<boolean> {
  const condition: Record<string, string> = etag === undefined ? { 'if-none-match': '*' } : { 'if-match': etag };
  const headers = { ...toHeaders(body.sha256), ...condition, 'content-type': contentType };
  const request = { action: 's3:PutObject', method: 'PUT', key, headers, body, purpose: 'register' } as const;
  try {
    await requests.persist(request, readEtag);
    return true;
  } catch (error) {
    const { code, status } = readError(error);
    // 412: another version. 409: another write at the same moment. 404: the object was deleted since.
    if (status === 412 || code === 'ConditionalRequestConflict' || code === 'NoSuchKey') return false;
    throw toFailure(error, { action: request.action, place: `s3://${requests.bucket}/${key}` });
  }
}

/** The headers by which S3 verifies the body and keeps the checksum. */
export function toHeaders(sha256: string): Record<string, string> {
  return { 'x-amz-sdk-checksum-algorithm': 'SHA256', 'x-amz-checksum-sha256': sha256 };
}

/** Every success of a PUT has it. */
export function readEtag({ headers }: S3Answer): string {
  const etag = headers['etag'];
  if (!etag) throw new IncompleteResponse('the answer of S3 has no ETag');
  return etag;
}

async function* listObjects(requests: S3Requests, prefix: string, pageSize?: number): AsyncIterable<ListedObject> {
  const size = pageSize === undefined ? {} : { 'max-keys': `${pageSize}` };
  let token = '';
  do {
    const query = {
      'list-type': '2',
      'encoding-type': 'url',
      prefix,
      ...size,
      ...(token && { 'continuation-token': token }),
    };
    const page = await requests.ask({ action: 's3:ListBucket', method: 'GET', query }, readPage);
    yield* childrenOf(page, 'Contents').map((one) => ({ key: decode(one, 'Key'), size: Number(textOf(one, 'Size')) }));
    token = textOf(page, 'IsTruncated') === 'true' ? textOf(page, 'NextContinuationToken') : '';
  } while (token);
}

function readPage({ bytes }: S3Answer): Element {
  const page = parseXml(bytes.toString());
  if (textOf(page, 'IsTruncated') === '') throw new IncompleteResponse('the answer of S3 is no list of objects');
  return page;
}

/** S3 encodes keys in answers as a form does, because XML cannot hold every character of a key. */
export function decode(element: Element, name: string): string {
  return decodeURIComponent(textOf(element, name).replaceAll('+', ' '));
}

function headObject(requests: S3Requests, key: string): Promise<ObjectFacts | undefined> {
  const headers = { 'x-amz-checksum-mode': 'ENABLED' };
  const read = ({ headers: facts }: S3Answer): ObjectFacts => {
    const sha256 = facts['x-amz-checksum-sha256'];
    return { size: Number(facts['content-length'] ?? 0), ...(sha256 && { sha256 }) };
  };
  return absentAs404(requests, key, () =>
    requests.persist({ action: 's3:GetObject', method: 'HEAD', key, headers }, read),
  );
}

/**
 * `undefined` if the key is absent. The answer to HEAD has no body: a 404 may also mean that there is no bucket, and a
 * 400 that the session has expired. A request whose answer has a body finds out. To credentials that may not list the
 * whole bucket, S3 denies a key that is absent. A policy may allow them to list that key.
 */
async function absentAs404<T>(requests: S3Requests, key: string, ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    const { code } = readError(error);
    if (code === 'NoSuchKey' || (code === 'AccessDenied' && (await isAbsent(requests, key)))) return undefined;
    if (code === 'NotFound' || code === 'BadRequest') {
      await requests.ask({ ...LIST_ONE, query: { ...LIST_ONE.query, prefix: key } }, () => undefined);
      if (code === 'NotFound') return undefined;
    }
    throw toFailure(error, { action: 's3:GetObject', place: `s3://${requests.bucket}/${key}` });
  }
}

/** Whether the list of keys that begin with this one lacks it. False if the list is denied, too. */
async function isAbsent(requests: S3Requests, key: string): Promise<boolean> {
  const query = { ...LIST_ONE.query, 'encoding-type': 'url', prefix: key };
  try {
    const page = await requests.ask({ ...LIST_ONE, query }, readPage);
    return !childrenOf(page, 'Contents').some((one) => decode(one, 'Key') === key);
  } catch {
    return false;
  }
}

/** Fails with a reason if there is no bucket, or if S3 does not accept the credentials. */
const LIST_ONE = { action: 's3:ListBucket', method: 'GET', query: { 'list-type': '2', 'max-keys': '1' } } as const;

/**
 * S3 names the region in its answer to HEAD, even if it denies the rest: a policy for one prefix does not allow HEAD. What
 * else is wrong with the request, such as a session that has expired, only an answer with a body says: that to the next.
 */
export async function findRegion(requests: S3Requests): Promise<string> {
  const action = 's3:ListBucket';
  try {
    await requests.persist({ action, method: 'HEAD' }, () => undefined);
  } catch (error) {
    const { code } = readError(error);
    // Without a key, nothing but the bucket can be absent.
    if (code === 'NotFound') Object.assign(error as Error, { name: 'NoSuchBucket' });
    if (code !== 'AccessDenied' && code !== 'BadRequest')
      throw toFailure(error, { action, place: `s3://${requests.bucket}/` });
  }
  return requests.region;
}
