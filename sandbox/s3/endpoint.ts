import { randomUUID } from 'node:crypto';
import { isDenied, readSignedRegion } from '../ec2/routes/permissions.js';
import { ACCOUNT } from '../ec2/world/seed.js';
import type { Ec2World } from '../ec2/world/world.js';
import type { Handler, SandboxRequest, SandboxResponse } from '../http.js';
import { createBucket, getAcl, getBlock, getPolicyStatus, putSetting } from './buckets.js';
import { getObject, listObjects, putObject } from './objects.js';
import { abortUpload, completeUpload, createUpload, listParts, listUploads, putPart } from './uploads.js';
import { S3Error, type Bucket, type S3World } from './world.js';
import { renderDocument } from './xml.js';

/** S3's operations that the sandbox has, each with the permission that it needs. */
const PERMISSIONS = {
  CreateBucket: 's3:CreateBucket',
  HeadBucket: 's3:ListBucket',
  ListObjectsV2: 's3:ListBucket',
  ListMultipartUploads: 's3:ListBucketMultipartUploads',
  GetBucketAcl: 's3:GetBucketAcl',
  PutBucketAcl: 's3:PutBucketAcl',
  GetBucketPolicyStatus: 's3:GetBucketPolicyStatus',
  PutBucketPolicy: 's3:PutBucketPolicy',
  GetPublicAccessBlock: 's3:GetBucketPublicAccessBlock',
  PutPublicAccessBlock: 's3:PutBucketPublicAccessBlock',
  GetObject: 's3:GetObject',
  PutObject: 's3:PutObject',
  CreateMultipartUpload: 's3:PutObject',
  UploadPart: 's3:PutObject',
  ListParts: 's3:ListMultipartUploadParts',
  CompleteMultipartUpload: 's3:PutObject',
  AbortMultipartUpload: 's3:AbortMultipartUpload',
} as const;
export type S3Operation = keyof typeof PERMISSIONS;

/** The part of S3 that an export uses, with the bucket in the path. HEAD counts as GET. */
export function createS3Endpoint(world: S3World, account: Pick<Ec2World, 'denied'>): Handler {
  return {
    name: nameOperation,
    handle: async (request) => {
      try {
        return answer(world, account, request);
      } catch (error) {
        if (!(error instanceof S3Error)) throw error;
        const { status, code, message, headers } = error;
        return refuse({ status, code, message, headers });
      }
    },
    refuse: ({ status = 500, code = 'InternalError', message = 'A fault of the sandbox.', headers = {}, body }) => {
      const response = refuse({ status, code, message, headers });
      return { ...response, body: body ?? response.body };
    },
  };
}

/** The permission that a request needs, and on what. For tests of policies. */
export function readPermission(request: SandboxRequest): { readonly action: string; readonly resource: string } {
  const operation = nameOperation(request) as S3Operation;
  const { bucket, key } = readPath(request);
  return { action: PERMISSIONS[operation], resource: `arn:aws:s3:::${bucket}${key && `/${key}`}` };
}

function nameOperation(request: SandboxRequest): string {
  const { key } = readPath(request);
  const { method, query } = request;
  const sub = ['uploads', 'uploadId', 'acl', 'policyStatus', 'policy', 'publicAccessBlock'].find((one) =>
    query.has(one),
  );
  const kind = `${method} ${key ? 'key' : 'bucket'}${sub ? `?${sub}` : ''}${query.has('list-type') ? '?list-type' : ''}`;
  return OPERATIONS[kind] ?? `${method} ${request.path}`;
}

const OPERATIONS: Readonly<Record<string, S3Operation>> = {
  'PUT bucket': 'CreateBucket',
  'GET bucket': 'HeadBucket',
  'GET bucket?list-type': 'ListObjectsV2',
  'GET bucket?uploads': 'ListMultipartUploads',
  'GET bucket?acl': 'GetBucketAcl',
  'PUT bucket?acl': 'PutBucketAcl',
  'GET bucket?policyStatus': 'GetBucketPolicyStatus',
  'PUT bucket?policy': 'PutBucketPolicy',
  'GET bucket?publicAccessBlock': 'GetPublicAccessBlock',
  'PUT bucket?publicAccessBlock': 'PutPublicAccessBlock',
  'GET key': 'GetObject',
  'PUT key': 'PutObject',
  'POST key?uploads': 'CreateMultipartUpload',
  'PUT key?uploadId': 'UploadPart',
  'GET key?uploadId': 'ListParts',
  'POST key?uploadId': 'CompleteMultipartUpload',
  'DELETE key?uploadId': 'AbortMultipartUpload',
};

function readPath({ path }: SandboxRequest): { readonly bucket: string; readonly key: string } {
  const [, bucket = '', key = ''] = /^\/([^/]*)\/?(.*)$/s.exec(path) ?? [];
  return { bucket, key: decodeURIComponent(key) };
}

function answer(world: S3World, account: Pick<Ec2World, 'denied'>, request: SandboxRequest): SandboxResponse {
  const operation = nameOperation(request);
  if (!Object.hasOwn(PERMISSIONS, operation)) {
    throw new S3Error(501, 'NotImplemented', `The sandbox has of S3: ${Object.keys(PERMISSIONS).join(', ')}.`);
  }
  const { bucket: name, key } = readPath(request);
  if (operation === 'CreateBucket') return createBucket(world, name, request);
  const bucket = world.buckets.get(name);
  if (!bucket) throw new S3Error(404, 'NoSuchBucket', 'The specified bucket does not exist');
  const region = { 'x-amz-bucket-region': bucket.region };
  if (readSignedRegion(request) !== bucket.region) {
    const message = 'The bucket you are attempting to access must be addressed using the specified endpoint.';
    throw new S3Error(301, 'PermanentRedirect', message, region);
  }
  requirePermission(account, request, region);
  if (operation === 'HeadBucket') return { status: 200, headers: region, body: '' };
  return perform(operation as S3Operation, { world, bucket, key, request });
}

type Region = Readonly<Record<'x-amz-bucket-region', string>>;

function requirePermission(account: Pick<Ec2World, 'denied'>, request: SandboxRequest, region: Region): void {
  const { action, resource } = readPermission(request);
  if (!isDenied(account as Ec2World, action)) return;
  const who = `User: arn:aws:iam::${ACCOUNT}:user/octo is not authorized to perform: ${action}`;
  const message = `${who} on resource: "${resource}" because no identity-based policy allows the ${action} action`;
  throw new S3Error(403, 'AccessDenied', message, region);
}

interface Scene {
  readonly world: S3World;
  readonly bucket: Bucket;
  readonly key: string;
  readonly request: SandboxRequest;
}

function perform(operation: S3Operation, { world, bucket, key, request }: Scene): SandboxResponse {
  const keyed = { key, request };
  switch (operation) {
    case 'ListObjectsV2':
      return listObjects(bucket, request);
    case 'ListMultipartUploads':
      return listUploads(bucket, request);
    case 'GetBucketAcl':
      return getAcl(bucket);
    case 'GetBucketPolicyStatus':
      return getPolicyStatus(bucket);
    case 'GetPublicAccessBlock':
      return getBlock(bucket);
    case 'PutBucketAcl':
      return putSetting(bucket, 'acl', request);
    case 'PutBucketPolicy':
      return putSetting(bucket, 'policy', request);
    case 'PutPublicAccessBlock':
      return putSetting(bucket, 'publicAccessBlock', request);
    case 'GetObject':
      return getObject(bucket, key, request);
    case 'PutObject':
      return putObject(bucket, key, request);
    case 'CreateMultipartUpload':
      return createUpload(world, bucket, keyed);
    case 'UploadPart':
      return putPart(bucket, keyed);
    case 'ListParts':
      return listParts(bucket, keyed);
    case 'CompleteMultipartUpload':
      return completeUpload(bucket, keyed);
    case 'AbortMultipartUpload':
      return abortUpload(bucket, keyed);
    default:
      throw new Error(`${operation} is answered elsewhere`);
  }
}

function refuse(error: {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
}): SandboxResponse {
  const { status, code, message, headers } = error;
  const requestId = randomUUID();
  const body = renderDocument(
    'Error',
    [
      ['Code', code],
      ['Message', message],
      ['RequestId', requestId],
    ],
    '',
  );
  return { status, headers: { 'content-type': 'application/xml', 'x-amz-request-id': requestId, ...headers }, body };
}
