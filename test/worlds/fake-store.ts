import { Failure, type FailureCode } from '../../src/core/kernel/failure.js';
import { composeChecksum, toSha256 } from '../../src/core/kernel/checksum.js';
import type { Body, PublicAccess, Store, UploadedPart } from '../../src/core/ports/store.js';
import type { RawS3 } from './raw-s3.js';

interface StoredObject {
  readonly bytes: Buffer;
  readonly contentType: string;
  readonly sha256?: string;
}

interface FakeUpload {
  readonly key: string;
  readonly contentType: string;
  readonly parts: Map<number, Body & { readonly etag: string }>;
}

interface FakeBucket {
  readonly region: string;
  readonly objects: Map<string, StoredObject>;
  readonly uploads: Map<string, FakeUpload>;
  isPublished: boolean;
  acl: string;
  isBlocked: boolean;
}

type Method = Exclude<keyof Store, 'bucket'>;

/** The buckets of an account, in memory. */
export class FakeS3 {
  readonly buckets = new Map<string, FakeBucket>();
  /** Called before each request that sends bytes or creates something. What it throws is the request's outcome. */
  before: ((method: Method, key: string) => void | Promise<void>) | undefined;
  private next = 1;

  readonly raw: RawS3 = {
    createBucket: async (name, region = 'us-east-1') => {
      const state = { isPublished: false, acl: 'private', isBlocked: false };
      this.buckets.set(name, { region, objects: new Map(), uploads: new Map(), ...state });
    },
    publish: async (name) => void (this.bucket(name, '').isPublished = true),
    setAcl: async (name, acl) => void (this.bucket(name, '').acl = acl),
    block: async (name) => void (this.bucket(name, '').isBlocked = true),
    putPlain: async (name, key, text) => {
      this.bucket(name, key).objects.set(key, { bytes: Buffer.from(text), contentType: '' });
    },
  };

  bucket(name: string, key: string): FakeBucket {
    const found = this.buckets.get(name);
    if (!found) throw this.refuse('bucket-missing', name, key);
    return found;
  }

  readonly open = async (name: string): Promise<Store> => ({
    bucket: name,
    ...this.createBucketMethods(name),
    ...this.createObjectMethods(name),
    ...this.createUploadMethods(name),
  });

  private refuse(code: FailureCode, name: string, key: string): Failure {
    return new Failure(code, `s3://${name}/${key}: refused by the fake`, { hint: 'None.' });
  }

  private createBucketMethods(name: string): Pick<Store, 'findRegion' | 'findPublicAccess'> {
    return {
      findRegion: async () => this.bucket(name, '').region,
      findPublicAccess: async (): Promise<PublicAccess> => {
        const { isBlocked, isPublished, acl } = this.bucket(name, '');
        if (isBlocked) return 'no';
        return isPublished ? 'policy' : acl === 'private' ? 'no' : 'acl';
      },
    };
  }

  private createObjectMethods(
    name: string,
  ): Pick<Store, 'listObjects' | 'headObject' | 'getObject' | 'getVersion' | 'putObject' | 'replaceObject'> {
    const find = (key: string): StoredObject | undefined => this.bucket(name, key).objects.get(key);
    const list = (prefix: string) => {
      const keys = [...this.bucket(name, '').objects.keys()].filter((key) => key.startsWith(prefix));
      const sorted = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      return sorted.map((key) => ({ key, size: find(key)!.bytes.length }));
    };
    return {
      async *listObjects(prefix) {
        yield* list(prefix);
      },
      headObject: async (key) => {
        const found = find(key);
        return found && { size: found.bytes.length, ...(found.sha256 && { sha256: found.sha256 }) };
      },
      getObject: async (key, mostBytes) => {
        const bytes = find(key)?.bytes;
        if (bytes && bytes.length > mostBytes) throw this.refuse('aws-rejected', name, key);
        return bytes;
      },
      getVersion: async (key, mostBytes) => {
        const found = find(key);
        if (found && found.bytes.length > mostBytes) throw this.refuse('aws-rejected', name, key);
        return found && { bytes: found.bytes, etag: toSha256(found.bytes) };
      },
      putObject: async (key, body, contentType) => {
        await this.before?.('putObject', key);
        this.put(name, key, { body, contentType });
      },
      replaceObject: async (key, body, { etag, contentType }) => {
        await this.before?.('replaceObject', key);
        const found = find(key);
        if ((found && toSha256(found.bytes)) !== etag) return false;
        this.put(name, key, { body, contentType });
        return true;
      },
    };
  }

  private put(name: string, key: string, { body, contentType }: { body: Body; contentType: string }): void {
    this.check(name, key, body);
    const bytes = Buffer.from(body.bytes);
    this.bucket(name, key).objects.set(key, { bytes, sha256: body.sha256, contentType });
  }

  private createUploadMethods(
    name: string,
  ): Pick<Store, 'findUploads' | 'createUpload' | 'listParts' | 'putPart' | 'completeUpload' | 'abortUpload'> {
    return {
      findUploads: async (key) => {
        const all = [...this.bucket(name, key).uploads];
        return all.filter(([, one]) => one.key === key).map(([id]) => ({ key, id }));
      },
      createUpload: async (key, contentType) => {
        await this.before?.('createUpload', key);
        const id = `upload-${this.next++}`;
        this.bucket(name, key).uploads.set(id, { key, contentType, parts: new Map() });
        return { key, id };
      },
      listParts: async ({ key, id }) => {
        const parts = this.bucket(name, key).uploads.get(id)?.parts;
        const sorted = parts && [...parts].toSorted(([a], [b]) => a - b);
        return sorted?.map(([number, { bytes, etag, sha256 }]) => ({ number, size: bytes.length, etag, sha256 }));
      },
      putPart: async ({ key, id }, number, body) => {
        await this.before?.('putPart', key);
        this.check(name, key, body);
        const upload = this.bucket(name, key).uploads.get(id);
        if (!upload) throw this.refuse('aws-rejected', name, key);
        const etag = `"${body.sha256}"`;
        upload.parts.set(number, { bytes: Buffer.from(body.bytes), sha256: body.sha256, etag });
        return { number, etag, sha256: body.sha256 };
      },
      completeUpload: async ({ key, id }, parts) => {
        await this.before?.('completeUpload', key);
        this.complete(name, { key, id, parts });
      },
      abortUpload: async ({ key, id }) => void this.bucket(name, key).uploads.delete(id),
    };
  }

  private complete(name: string, asked: { key: string; id: string; parts: readonly UploadedPart[] }): void {
    const { key, id, parts } = asked;
    const { objects, uploads } = this.bucket(name, key);
    const sha256 = composeChecksum(parts.map((one) => one.sha256));
    const upload = uploads.get(id);
    if (!upload && objects.get(key)?.sha256 === sha256) return;
    const found = parts.map(({ number }) => upload?.parts.get(number));
    if (!upload || found.some((one, at) => one?.sha256 !== parts[at]!.sha256)) {
      throw this.refuse('aws-rejected', name, key);
    }
    const bytes = Buffer.concat(found.map((one) => one!.bytes));
    objects.set(key, { bytes, sha256, contentType: upload.contentType });
    uploads.delete(id);
  }

  private check(name: string, key: string, { bytes, sha256 }: Body): void {
    if (toSha256(bytes) !== sha256) throw this.refuse('aws-rejected', name, key);
  }
}
