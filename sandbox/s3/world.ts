import { createHash } from 'node:crypto';

/** One object, or one part of an upload. */
export interface Content {
  readonly bytes: Buffer;
  readonly etag: string;
  /** As `x-amz-checksum-sha256` has it. Absent if the client sent none. */
  readonly sha256?: string;
}

export interface StoredObject extends Content {
  readonly contentType: string;
  /** In ms since 1970. */
  readonly modifiedAt: number;
}

export interface UploadRecord {
  readonly id: string;
  readonly key: string;
  readonly contentType: string;
  readonly initiatedAt: number;
  readonly parts: Map<number, Content>;
}

export interface Bucket {
  readonly name: string;
  readonly region: string;
  readonly objects: Map<string, StoredObject>;
  readonly uploads: Map<string, UploadRecord>;
  /** JSON, as PutBucketPolicy got it. */
  policy?: string;
  /** A canned access control list, such as `public-read`. */
  acl: string;
  /** The settings that block public access, such as `IgnorePublicAcls`. Absent: no such configuration. */
  block?: Readonly<Record<string, boolean>>;
}

/** The buckets of the account, in all regions. */
export interface S3World {
  readonly buckets: Map<string, Bucket>;
  nextUpload: number;
}

export function createS3World(): S3World {
  return { buckets: new Map(), nextUpload: 1 };
}

/** An answer of S3 that is an error. */
export class S3Error extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

export function digest(algorithm: 'sha256' | 'md5', bytes: Buffer): Buffer {
  return createHash(algorithm).update(bytes).digest();
}
