import { expect } from '@jest/globals';
import { composeChecksum, toSha256 } from '../../src/core/kernel/checksum.js';
import type { Body, Store } from '../../src/core/ports/store.js';
import type { Case } from './contract.js';
import type { StoreWorld } from './store.world.js';

export const BUCKET = 'ci-artifacts';
const MIB = 2 ** 20;

export function bodyOf(text: string | Uint8Array): Body {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  return { bytes, sha256: toSha256(bytes) };
}

export async function listAll(
  store: Store,
  prefix: string,
  pageSize?: number,
): Promise<{ key: string; size: number }[]> {
  const found: { key: string; size: number }[] = [];
  for await (const one of store.listObjects(prefix, pageSize)) found.push({ ...one });
  return found;
}

/** A case with one bucket, which is in the home region. */
function withBucket(run: (store: Store, world: StoreWorld) => Promise<void>): Case<StoreWorld, object> {
  return {
    run: async (world) => {
      await world.raw.createBucket(BUCKET);
      await run(await world.open(BUCKET), world);
    },
  };
}

const STRANGE = `runs/a b/ü+&%25~*'()!=@$,;:?#"<>.txt`;

/** Objects as a whole. */
export const OBJECT_CASES: Readonly<Record<string, Case<StoreWorld, object>>> = {
  'an object is found with its size, its checksum and its content': withBucket(async (store) => {
    const body = bodyOf(new Uint8Array([0, 255, 13, 10, 128]));
    await store.putObject('runs/1/data.bin', body, 'application/octet-stream');
    expect(await store.headObject('runs/1/data.bin')).toEqual({ size: 5, sha256: body.sha256 });
    expect(await store.getObject('runs/1/data.bin', 100)).toEqual(Buffer.from(body.bytes));
  }),
  'a key may have any characters': withBucket(async (store) => {
    await store.putObject(STRANGE, bodyOf('text'), 'text/plain');
    expect(await listAll(store, 'runs/')).toEqual([{ key: STRANGE, size: 4 }]);
    expect(await store.headObject(STRANGE)).toMatchObject({ size: 4 });
    expect(await store.getObject(STRANGE, 100)).toEqual(Buffer.from('text'));
  }),
  'an empty object is an object': withBucket(async (store) => {
    await store.putObject('empty', bodyOf(''), 'text/plain');
    expect(await store.headObject('empty')).toMatchObject({ size: 0 });
    expect(await store.getObject('empty', 100)).toEqual(Buffer.alloc(0));
  }),
  'an object is replaced': withBucket(async (store) => {
    for (const text of ['one', 'other']) await store.putObject('a', bodyOf(text), 'text/plain');
    expect(await store.headObject('a')).toEqual({ size: 5, sha256: bodyOf('other').sha256 });
  }),
  'of two writers of one version, one writes': withBucket(async (store) => {
    const contentType = 'text/plain';
    expect(await store.getVersion('log', 100)).toBeUndefined();
    expect(await store.replaceObject('log', bodyOf('one'), { etag: undefined, contentType })).toBe(true);
    expect(await store.replaceObject('log', bodyOf('other'), { etag: undefined, contentType })).toBe(false);
    const read = (await store.getVersion('log', 100))!;
    expect(Buffer.from(read.bytes).toString()).toBe('one');
    expect(await store.replaceObject('log', bodyOf('two'), { etag: read.etag, contentType })).toBe(true);
    expect(await store.replaceObject('log', bodyOf('late'), { etag: read.etag, contentType })).toBe(false);
    expect(Buffer.from((await store.getObject('log', 100))!).toString()).toBe('two');
    expect(await store.replaceObject('gone', bodyOf('late'), { etag: read.etag, contentType })).toBe(false);
  }),
  'an object without a checksum has a size': withBucket(async (store, { raw }) => {
    await raw.putPlain(BUCKET, 'old', 'text');
    expect(await store.headObject('old')).toEqual({ size: 4 });
  }),
  'an absent key is no failure': withBucket(async (store) => {
    expect(await store.headObject('absent')).toBeUndefined();
    expect(await store.getObject('absent', 100)).toBeUndefined();
    expect(await listAll(store, 'absent')).toEqual([]);
  }),
  'a list has all pages': withBucket(async (store) => {
    const keys = Array.from({ length: 1_005 }, (_, at) => `many/${String(at).padStart(4, '0')}`);
    const queue = keys.values();
    const work = async (): Promise<void> => {
      for (const key of queue) await store.putObject(key, bodyOf('x'), 'text/plain');
    };
    await Promise.all(Array.from({ length: 16 }, work));
    expect((await listAll(store, 'many/')).map(({ key }) => key)).toEqual(keys);
    expect(await listAll(store, 'many/1004')).toHaveLength(1);
    expect(await listAll(store, 'many/100', 2)).toHaveLength(5);
  }),
  'an object that is larger than asked for is a failure': withBucket(async (store) => {
    await store.putObject('large', bodyOf('12345'), 'text/plain');
    await expect(store.getObject('large', 4)).rejects.toMatchObject({
      code: 'aws-rejected',
      message: expect.stringContaining(`s3://${BUCKET}/large`),
    });
  }),
  'bytes with another checksum are refused': withBucket(async (store) => {
    const damaged = { ...bodyOf('text'), sha256: bodyOf('other').sha256 };
    await expect(store.putObject('damaged', damaged, 'text/plain')).rejects.toMatchObject({ code: 'aws-rejected' });
    expect(await store.headObject('damaged')).toBeUndefined();
  }),
};

const [FIRST, LAST] = [bodyOf(new Uint8Array(5 * MIB).fill(1)), bodyOf('the end')];

/** Uploads in parts. */
export const UPLOAD_CASES: Readonly<Record<string, Case<StoreWorld, object>>> = {
  'an upload in parts becomes one object, with the checksum of its parts': withBucket(async (store) => {
    const upload = await store.createUpload('big', 'text/plain');
    // The last part first: the order is that of the numbers.
    const last = await store.putPart(upload, 2, LAST);
    const first = await store.putPart(upload, 1, FIRST);
    expect(await store.headObject('big')).toBeUndefined();
    await store.completeUpload(upload, [first, last]);
    const sha256 = composeChecksum([FIRST.sha256, LAST.sha256]);
    expect(await store.headObject('big')).toEqual({ size: 5 * MIB + 7, sha256 });
    const bytes = await store.getObject('big', 6 * MIB);
    expect(Buffer.from(bytes!.subarray(5 * MIB)).toString()).toBe('the end');
    expect(await store.findUploads('big')).toEqual([]);
  }),
  'an interrupted upload is found with its parts': withBucket(async (store) => {
    const upload = await store.createUpload('big', 'text/plain');
    const { etag } = await store.putPart(upload, 2, LAST);
    expect(await store.findUploads('big')).toEqual([upload]);
    expect(await store.listParts(upload)).toEqual([{ number: 2, size: 7, etag, sha256: LAST.sha256 }]);
  }),
  'only uploads of the very key are found': withBucket(async (store) => {
    const uploads = [];
    for (const key of ['a', 'ab', 'a']) uploads.push(await store.createUpload(key, 'text/plain'));
    expect((await store.findUploads('a')).map(({ id }) => id).toSorted()).toEqual(
      [uploads[0]!.id, uploads[2]!.id].toSorted(),
    );
  }),
  'an aborted upload is gone, and may be aborted again': withBucket(async (store) => {
    const upload = await store.createUpload('big', 'text/plain');
    await store.putPart(upload, 1, LAST);
    for (const _ of [1, 2]) await store.abortUpload(upload);
    expect(await store.listParts(upload)).toBeUndefined();
    expect(await store.findUploads('big')).toEqual([]);
  }),
  'an upload cannot be completed with a part that it lacks': withBucket(async (store) => {
    const upload = await store.createUpload('big', 'text/plain');
    const part = await store.putPart(upload, 1, LAST);
    const lacking = { ...part, number: 2 };
    await expect(store.completeUpload(upload, [part, lacking])).rejects.toMatchObject({ code: 'aws-rejected' });
    expect(await store.headObject('big')).toBeUndefined();
  }),
  'an upload that is complete is complete for a second request': withBucket(async (store) => {
    const upload = await store.createUpload('big', 'text/plain');
    const parts = [await store.putPart(upload, 1, LAST)];
    for (const _ of [1, 2]) await store.completeUpload(upload, parts);
    expect(await store.headObject('big')).toMatchObject({ size: 7 });
  }),
};

const EVERY_REQUEST: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
  findRegion: (store) => store.findRegion(),
  findPublicAccess: (store) => store.findPublicAccess(),
  listObjects: (store) => listAll(store, ''),
  headObject: (store) => store.headObject('a'),
  getObject: (store) => store.getObject('a', 1),
  putObject: (store) => store.putObject('a', bodyOf(''), 'text/plain'),
  createUpload: (store) => store.createUpload('a', 'text/plain'),
  findUploads: (store) => store.findUploads('a'),
};

/** The bucket itself. */
export const BUCKET_CASES: Readonly<Record<string, Case<StoreWorld, object>>> = {
  'a bucket that does not exist is a failure of every request': {
    run: async ({ open }) => {
      const store = await open('no-such-bucket');
      for (const [name, ask] of Object.entries(EVERY_REQUEST)) {
        const outcome = await ask(store).catch((error: unknown) => error);
        expect([name, outcome]).toMatchObject([name, { code: 'bucket-missing' }]);
        expect(String(outcome)).toContain('s3://no-such-bucket/');
      }
    },
  },
  'a bucket is used in its own region': {
    run: async ({ raw, open }) => {
      await raw.createBucket('far-away', 'eu-west-1');
      const store = await open('far-away');
      await store.putObject('a', bodyOf('text'), 'text/plain');
      expect(await store.findRegion()).toBe('eu-west-1');
      expect(await (await open('far-away')).findRegion()).toBe('eu-west-1');
      expect(await (await open('far-away')).headObject('a')).toMatchObject({ size: 4 });
    },
  },
  'a new bucket is not public': withBucket(async (store) => {
    expect(await store.findPublicAccess()).toBe('no');
  }),
  'a bucket is public by its policy': withBucket(async (store, { raw }) => {
    await raw.publish(BUCKET);
    expect(await store.findPublicAccess()).toBe('policy');
  }),
  'a bucket is public by its access control list': withBucket(async (store, { raw }) => {
    await raw.setAcl(BUCKET, 'public-read');
    expect(await store.findPublicAccess()).toBe('acl');
  }),
  'a bucket that everybody with an AWS account may read is public': withBucket(async (store, { raw }) => {
    await raw.setAcl(BUCKET, 'authenticated-read');
    expect(await store.findPublicAccess()).toBe('acl');
  }),
  'a bucket that blocks public access is not public': withBucket(async (store, { raw }) => {
    await raw.publish(BUCKET);
    await raw.setAcl(BUCKET, 'public-read');
    await raw.block(BUCKET);
    expect(await store.findPublicAccess()).toBe('no');
  }),
};
