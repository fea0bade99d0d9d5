/** What the core needs of an object store. `src/s3` implements it; one `Store` is one bucket. */

/** Content with its SHA-256 in base64. The store refuses bytes that have another checksum. */
export interface Body {
  readonly bytes: Uint8Array;
  readonly sha256: string;
}

export interface ObjectFacts {
  readonly size: number;
  /**
   * SHA-256 in base64. For an object that was uploaded in N parts: the SHA-256 of the digests of all parts, followed by
   * `-N`. Absent for an object that was stored without this checksum.
   */
  readonly sha256?: string;
}

export interface ListedObject {
  readonly key: string;
  readonly size: number;
}

/** An object as it was read. */
export interface ObjectVersion {
  readonly bytes: Uint8Array;
  /** Another one after every change of the content. */
  readonly etag: string;
}

/** What must hold for a write. */
export interface WriteCondition {
  /** Of the object that is replaced; `undefined` if there must be none. */
  readonly etag: string | undefined;
  readonly contentType: string;
}

/** An upload in parts that is neither completed nor aborted. S3 bills its parts until then. */
export interface Upload {
  readonly key: string;
  readonly id: string;
}

/** A part that the store has. `sha256` is absent if the store does not report it. */
export interface StoredPart {
  /** From 1 to 10,000. */
  readonly number: number;
  readonly size: number;
  readonly etag: string;
  readonly sha256?: string;
}

/** A part as an upload is completed with it. */
export type UploadedPart = Required<Omit<StoredPart, 'size'>>;

/**
 * What makes a bucket public: its policy, or its access control list. `no`: neither, or the bucket blocks public access.
 */
export type PublicAccess = 'no' | 'policy' | 'acl';

/**
 * One bucket. Every request may be sent twice.
 *
 * Every method throws a `Failure` that names the bucket and the key: `bucket-missing`, `aws-not-authorized`,
 * `aws-throttled`, `aws-unreachable`, `aws-rejected`.
 */
export interface Store {
  readonly bucket: string;
  /** The region of the bucket, which may differ from that of the credentials. */
  findRegion(): Promise<string>;
  findPublicAccess(): Promise<PublicAccess>;
  /**
   * Objects whose keys begin with the prefix, on all pages, in S3's order.
   *
   * @param pageSize how many objects one request asks for: from 1 to 1,000, S3's own default
   */
  listObjects(prefix: string, pageSize?: number): AsyncIterable<ListedObject>;
  /** `undefined` only if S3 answers that there is no such object. */
  headObject(key: string): Promise<ObjectFacts | undefined>;
  /** `undefined` only if S3 answers that there is no such object. @throws Failure `aws-rejected` beyond `mostBytes` */
  getObject(key: string, mostBytes: number): Promise<Uint8Array | undefined>;
  /** Like {@link getObject}, with what a later write is made conditional on. */
  getVersion(key: string, mostBytes: number): Promise<ObjectVersion | undefined>;
  /** Replaces an object of the same key. @param contentType such as `text/html; charset=utf-8` */
  putObject(key: string, body: Body, contentType: string): Promise<void>;
  /**
   * Writes an object, unless another writer wrote it since.
   *
   * @returns false if the object has another version by now, or exists although it did not. Nothing was written
   */
  replaceObject(key: string, body: Body, condition: WriteCondition): Promise<boolean>;
  /** The unfinished uploads of exactly this key, oldest first. */
  findUploads(key: string): Promise<readonly Upload[]>;
  createUpload(key: string, contentType: string): Promise<Upload>;
  /** `undefined`: the upload was completed or aborted. */
  listParts(upload: Upload): Promise<readonly StoredPart[] | undefined>;
  /** Every part but the last has at least 5 MiB. @param number from 1 to 10,000 */
  putPart(upload: Upload, number: number, body: Body): Promise<UploadedPart>;
  /** @param parts all parts, in the order of their numbers */
  completeUpload(upload: Upload, parts: readonly UploadedPart[]): Promise<void>;
  /** Does nothing if the upload was completed or aborted. */
  abortUpload(upload: Upload): Promise<void>;
}
