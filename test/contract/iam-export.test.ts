import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.js';
import { exportArtifacts } from '../../src/core/export/export.js';
import { PART_BYTES } from '../../src/core/export/parts.js';
import { connectStore } from '../../src/s3/connect.js';
import { FakeArtifacts } from '../worlds/fake-artifacts.js';
import { quiet } from '../worlds/log.js';
import { createRawS3 } from '../worlds/raw-s3.js';
import { fastClock, setAwsEnvironment } from './aws-environment.js';
import type { Ask } from './iam.asks.js';
import { isAllowed, readPolicy } from './iam.roles.js';
import { toAsk } from './iam.s3-asks.js';

const policy = readPolicy('export');
let sandbox: Sandbox;
let asked: Ask[];

/** An export that is interrupted, one that goes on, and one that finds everything there. */
beforeAll(async () => {
  sandbox = await startSandbox({ machines: false });
  setAwsEnvironment(sandbox.environment);
  await createRawS3(sandbox.awsUrl).createBucket('ci-artifacts');
  const before = sandbox.requests.length;
  const { folder } = new FakeArtifacts({ FINISHED: 'yes', 'd/big.bin': new Uint8Array(PART_BYTES + 1) });
  const address = { bucket: 'ci-artifacts', prefix: 'runs/42' };
  const openStore = (bucket: string) => connectStore(bucket, { clock: fastClock });
  const run = () => exportArtifacts({ address, allowsPublic: false, secrets: [] }, { openStore, folder, log: quiet });
  sandbox.intercept = ({ operation }) =>
    operation === 'CompleteMultipartUpload' ? { kind: 'status', status: 400, code: 'InvalidRequest' } : undefined;
  await expect(run()).rejects.toMatchObject({ code: 'aws-rejected' });
  sandbox.intercept = undefined;
  // An older upload of the key, as a lost answer leaves it.
  const store = await openStore('ci-artifacts');
  const older = await store.createUpload('runs/42/d/big.bin', 'text/plain');
  await store.putPart(older, 1, { bytes: new Uint8Array(1), sha256: 'bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=' });
  await run();
  await run();
  asked = sandbox.requests.slice(before).map(toAsk);
}, 60_000);

afterAll(() => sandbox.close());

const bucket = 'arn:aws:s3:::ci-artifacts';
const one = (action: string, resource: string, context: Ask['context'] = {}): Ask => ({ action, resource, context });

describe('The policy of an export', () => {
  test('allows everything that an export asks of S3, but HEAD of the bucket, which tells the region even if denied', async () => {
    const isHead = ({ action, context }: Ask): boolean => action === 's3:ListBucket' && !('s3:prefix' in context);
    for (const ask of asked) expect([ask, await isAllowed(ask, [policy])]).toEqual([ask, !isHead(ask)]);
  });

  test('allows nothing that no export asks', () => {
    const used = new Set(asked.map(({ action }) => action));
    expect(policy.Statement.flatMap(({ Action }) => Action).toSorted()).toEqual([...used].toSorted());
  });

  test.each([
    ['write to another prefix', one('s3:PutObject', `${bucket}/other/a`)],
    ['write to a prefix that begins alike', one('s3:PutObject', `${bucket}/runs-2/a`)],
    ['write to another bucket', one('s3:PutObject', 'arn:aws:s3:::ci-artifacts-2/runs/a')],
    ['read another prefix', one('s3:GetObject', `${bucket}/secrets/a`)],
    ['list another prefix', one('s3:ListBucket', bucket, { 's3:prefix': 'secrets/' })],
    ['list the whole bucket', one('s3:ListBucket', bucket)],
    ['delete an object', one('s3:DeleteObject', `${bucket}/runs/a`)],
    ['make an object public', one('s3:PutObjectAcl', `${bucket}/runs/a`)],
    ['make the bucket public', one('s3:PutBucketPolicy', bucket)],
    ['lift the block of public access', one('s3:PutBucketPublicAccessBlock', bucket)],
    ['read the policy of the bucket', one('s3:GetBucketPolicy', bucket)],
  ])('denies to %s', async (_, ask) => {
    expect(await isAllowed(ask, [policy])).toBe(false);
  });

  test('allows nothing while its placeholders are not filled in', async () => {
    const unfilled = readPolicy('export', { '<BUCKET>': '<BUCKET>', '<PREFIX>': '<PREFIX>' });
    expect(await isAllowed(one('s3:PutObject', `${bucket}/runs/a`), [unfilled])).toBe(false);
  });
});
