import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.js';
import { createS3Place } from '../../src/core/history/s3-place.js';
import { Failure } from '../../src/core/kernel/failure.js';
import type { HistoryPlace } from '../../src/core/ports/history.js';
import { connectStore } from '../../src/s3/connect.js';
import { createRawS3 } from '../worlds/raw-s3.js';
import { fastClock, setAwsEnvironment } from './aws-environment.js';
import type { Ask } from './iam.asks.js';
import { isAllowed, readPolicy } from './iam.roles.js';
import { toAsk } from './iam.s3-asks.js';

const policy = readPolicy('history');
const KEY = 'octo-repo/history.jsonl';
let sandbox: Sandbox;
let asked: Ask[];

/** S3 answers so when the policy allows to list the key, and not the bucket: a key that is absent is denied. */
function denyAbsentObjects(): void {
  sandbox.intercept = ({ operation }) =>
    operation === 'GetObject' ? { kind: 'status', status: 403, code: 'AccessDenied' } : undefined;
}

async function openPlace(): Promise<HistoryPlace> {
  return createS3Place(await connectStore('ci-results', { clock: fastClock }), KEY);
}

/** A first run, which finds no history; a second one; and a third one that is too late. */
beforeAll(async () => {
  sandbox = await startSandbox({ machines: false });
  setAwsEnvironment(sandbox.environment);
  await createRawS3(sandbox.awsUrl).createBucket('ci-results');
  const before = sandbox.requests.length;
  denyAbsentObjects();
  const place = await openPlace();
  expect(await place.read(1_000)).toBeUndefined();
  sandbox.intercept = undefined;
  expect(await place.replace(Buffer.from('1\n'), undefined)).toBe(true);
  const found = await place.read(1_000);
  expect(await place.replace(Buffer.from('1\n2\n'), found!.version)).toBe(true);
  expect(await place.replace(Buffer.from('1\n3\n'), found!.version)).toBe(false);
  asked = sandbox.requests.slice(before).map(toAsk);
}, 60_000);

afterAll(() => sandbox.close());

const bucket = 'arn:aws:s3:::ci-results';
const one = (action: string, resource: string, context: Ask['context'] = {}): Ask => ({ action, resource, context });

describe('The policy of a history', () => {
  test('allows everything that a history asks of S3, but HEAD of the bucket, which names the region even if denied', async () => {
    const isHead = ({ action, context }: Ask): boolean => action === 's3:ListBucket' && !('s3:prefix' in context);
    expect(asked.filter((ask) => !isHead(ask)).map(({ action }) => action)).toEqual(
      expect.arrayContaining(['s3:GetObject', 's3:ListBucket', 's3:PutObject']),
    );
    for (const ask of asked) expect([ask, await isAllowed(ask, [policy])]).toEqual([ask, !isHead(ask)]);
  });

  test('allows nothing that no history asks', () => {
    const used = new Set(asked.map(({ action }) => action));
    expect(policy.Statement.flatMap(({ Action }) => Action).toSorted()).toEqual([...used].toSorted());
  });

  test.each([
    ['write another object', one('s3:PutObject', `${bucket}/octo-repo/other.jsonl`)],
    ['write below the key', one('s3:PutObject', `${bucket}/${KEY}/a`)],
    ['write to another bucket', one('s3:PutObject', `arn:aws:s3:::ci-results-2/${KEY}`)],
    ['read another object', one('s3:GetObject', `${bucket}/octo-repo/secret`)],
    ['list another key', one('s3:ListBucket', bucket, { 's3:prefix': 'octo-repo/' })],
    ['list the whole bucket', one('s3:ListBucket', bucket)],
    ['delete the history', one('s3:DeleteObject', `${bucket}/${KEY}`)],
    ['make the history public', one('s3:PutObjectAcl', `${bucket}/${KEY}`)],
    ['make the bucket public', one('s3:PutBucketPolicy', bucket)],
  ])('denies to %s', async (_, ask) => {
    expect(await isAllowed(ask, [policy])).toBe(false);
  });

  test('allows nothing while its placeholders are not filled in', async () => {
    const places = ['<HISTORY_BUCKET>', '<HISTORY_KEY>'];
    const unfilled = readPolicy('history', Object.fromEntries(places.map((place) => [place, place])));
    expect(await isAllowed(one('s3:PutObject', `${bucket}/${KEY}`), [unfilled])).toBe(false);
  });
});

test('A history that exists, and may not be read, is no absent one', async () => {
  denyAbsentObjects();
  const place = await openPlace();
  const read = place.read(1_000).catch((error: unknown) => error);
  expect(await read).toBeInstanceOf(Failure);
  expect(await read).toMatchObject({ code: 'aws-not-authorized' });
  sandbox.intercept = undefined;
});
