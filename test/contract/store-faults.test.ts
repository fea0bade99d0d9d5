import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startSandbox, type Fault, type Sandbox } from '../../sandbox/sandbox.js';
import { composeChecksum } from '../../src/core/kernel/checksum.js';
import { connectStore } from '../../src/s3/connect.js';
import type { Store } from '../../src/core/ports/store.js';
import { createRawS3, type RawS3 } from '../worlds/raw-s3.js';
import { fastClock, setAwsEnvironment } from './aws-environment.js';
import { BUCKET, bodyOf, listAll } from './store.cases.js';

let sandbox: Sandbox;
let store: Store;
let raw: RawS3;

beforeEach(async () => {
  sandbox = await startSandbox({ machines: false });
  setAwsEnvironment(sandbox.environment);
  raw = createRawS3(sandbox.awsUrl);
  await raw.createBucket(BUCKET);
  store = await connectStore(BUCKET, { clock: fastClock });
});

afterEach(() => sandbox.close());

/** Causes the fault for the first requests of this operation, or for a time of the fast clock in ms. */
function disturb(operation: string, fault: Fault, { times = 1, ms }: { times?: number; ms?: number } = {}): void {
  const until = ms === undefined ? Number.NEGATIVE_INFINITY : fastClock.now() + ms;
  let left = ms === undefined ? times : 0;
  sandbox.intercept = (request) => {
    if (request.operation !== operation) return undefined;
    return left-- > 0 || fastClock.now() < until ? fault : undefined;
  };
}

const text = bodyOf('text');
const put = (): Promise<void> => store.putObject('a', text, 'text/plain');

describe('A request is repeated', () => {
  test.each([
    ['503 for more than a minute', { kind: 'status', status: 503, code: 'SlowDown' }, { ms: 90_000 }],
    ['503 without a reason for more than a minute', { kind: 'status', status: 503, body: 'busy' }, { ms: 90_000 }],
    ['500 for 20 s', { kind: 'status', status: 500, code: 'InternalError' }, { ms: 20_000 }],
    ['a broken connection before it took effect', { kind: 'reset-before' }, {}],
    ['a broken connection after it took effect', { kind: 'reset-after' }, {}],
    ['damage on the way', { kind: 'status', status: 400, code: 'BadDigest' }, {}],
    ['a time-out of S3', { kind: 'status', status: 400, code: 'RequestTimeout' }, {}],
  ] as const)('after %s', async (_, fault, duration) => {
    disturb('PutObject', fault, duration);
    await put();
    expect(await store.headObject('a')).toEqual({ size: 4, sha256: text.sha256 });
  });

  test.each(['ListObjectsV2', 'ListParts', 'ListMultipartUploads', 'CreateMultipartUpload', 'GetPublicAccessBlock'])(
    'if the answer to %s is cut off',
    async (operation) => {
      await raw.block(BUCKET);
      disturb(operation, { kind: 'malformed' });
      const upload = await store.createUpload('big', 'text/plain');
      await store.putPart(upload, 1, text);
      expect(await store.listParts(upload)).toHaveLength(1);
      expect((await store.findUploads('big')).at(-1)).toEqual(upload);
      expect(await store.findPublicAccess()).toBe('no');
      expect(await listAll(store, '')).toEqual([]);
    },
  );

  test.each([
    ['an error within a success', { kind: 'status', status: 200, code: 'InternalError' }],
    ['a lost answer', { kind: 'reset-after' }],
    ['an answer that is cut off', { kind: 'malformed' }],
  ] as const)('to complete an upload, after %s', async (_, fault) => {
    const upload = await store.createUpload('big', 'text/plain');
    const parts = [await store.putPart(upload, 1, text)];
    disturb('CompleteMultipartUpload', fault);
    await store.completeUpload(upload, parts);
    expect(await store.headObject('big')).toEqual({ size: 4, sha256: composeChecksum([text.sha256]) });
  });
});

describe('A failure names the bucket, the key and what to do:', () => {
  test.each([
    ['aws-throttled', { kind: 'status', status: 503, code: 'SlowDown' }],
    ['aws-unreachable', { kind: 'status', status: 500, code: 'InternalError' }],
    ['aws-unreachable', { kind: 'reset-before' }],
    ['aws-not-authorized', { kind: 'status', status: 403, code: 'ExpiredToken' }],
    ['aws-not-authorized', { kind: 'status', status: 403, code: 'InvalidAccessKeyId' }],
    ['aws-rejected', { kind: 'status', status: 403, code: 'RequestTimeTooSkewed' }],
    ['aws-rejected', { kind: 'status', status: 400, code: 'EntityTooLarge' }],
  ] as const)('%s', async (code, fault) => {
    disturb('PutObject', fault, { times: Infinity });
    await expect(put()).rejects.toMatchObject({
      code,
      message: expect.stringContaining(`s3://${BUCKET}/a: `),
      hint: expect.stringMatching(/\w+ .*\./),
    });
  });

  test('the permission that is denied', async () => {
    sandbox.ec2.denied.add('s3:PutObject');
    await expect(put()).rejects.toMatchObject({
      code: 'aws-not-authorized',
      message: `s3://${BUCKET}/a: The AWS credentials lack the permission s3:PutObject on "arn:aws:s3:::${BUCKET}/a".`,
    });
  });

  test('an error within a success, which no repetition cures', async () => {
    const upload = await store.createUpload('big', 'text/plain');
    const parts = [await store.putPart(upload, 1, text)];
    disturb('CompleteMultipartUpload', { kind: 'status', status: 200, code: 'AccessDenied' });
    await expect(store.completeUpload(upload, parts)).rejects.toMatchObject({ code: 'aws-not-authorized' });
  });

  test('a permission that S3 denies without a reason, to HEAD', async () => {
    await put();
    sandbox.ec2.denied.add('s3:GetObject');
    await expect(store.headObject('a')).rejects.toMatchObject({
      code: 'aws-not-authorized',
      message: `s3://${BUCKET}/a: The AWS credentials lack the permission s3:GetObject.`,
    });
  });

  test('a session that has expired, which S3 says to HEAD without a reason', async () => {
    sandbox.intercept = () => ({ kind: 'status', status: 400, code: 'ExpiredToken' });
    await store.findRegion();
    for (const ask of [() => store.findPublicAccess(), () => store.headObject('a')])
      await expect(ask()).rejects.toMatchObject({
        code: 'aws-not-authorized',
        message: expect.stringContaining('AWS does not accept the credentials'),
      });
  });

  test('the access to the bucket that cannot be asked is never "private"', async () => {
    sandbox.ec2.denied.add('s3:GetBucketPolicyStatus');
    await expect(store.findPublicAccess()).rejects.toMatchObject({
      code: 'aws-not-authorized',
      message: expect.stringContaining('s3:GetBucketPolicyStatus'),
    });
  });
});

test('The region is found without the permission to list the bucket', async () => {
  await raw.createBucket('far-away', 'eu-west-1');
  sandbox.ec2.denied.add('s3:ListBucket');
  expect(await (await connectStore('far-away', { clock: fastClock })).findRegion()).toBe('eu-west-1');
});

test('A canceled step does not wait for S3', async () => {
  const canceling = new AbortController();
  store = await connectStore(BUCKET, { clock: fastClock, signal: canceling.signal });
  disturb('PutObject', { kind: 'status', status: 503 }, { times: Infinity });
  setTimeout(() => canceling.abort(new Error('canceled')), 20);
  await expect(put()).rejects.toThrow(/aborted|canceled/);
});
