import type { SandboxRequest, SandboxResponse } from '../http.js';
import { xml } from './objects.js';
import { S3Error, type Bucket, type S3World } from './world.js';
import { renderDocument, type Child } from './xml.js';

const BLOCKS = ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'] as const;

export function createBucket(world: S3World, name: string, { body, headers }: SandboxRequest): SandboxResponse {
  if (world.buckets.has(name)) {
    throw new S3Error(409, 'BucketAlreadyOwnedByYou', 'Your previous request to create the named bucket succeeded.');
  }
  const region = /<LocationConstraint>(.*?)<\/LocationConstraint>/.exec(body)?.[1] ?? 'us-east-1';
  const acl = headers['x-amz-acl'] ?? 'private';
  world.buckets.set(name, { name, region, acl, objects: new Map(), uploads: new Map() });
  return { status: 200, headers: { location: `/${name}` }, body: '' };
}

/** What has the query `policy`, `acl` or `publicAccessBlock`, with PUT. */
export function putSetting(bucket: Bucket, setting: string, { body, headers }: SandboxRequest): SandboxResponse {
  if (setting === 'policy') bucket.policy = body;
  if (setting === 'acl') bucket.acl = headers['x-amz-acl'] ?? 'private';
  if (setting === 'publicAccessBlock') {
    bucket.block = Object.fromEntries(BLOCKS.map((name) => [name, body.includes(`<${name}>true</${name}>`)]));
  }
  return { status: 200, body: '' };
}

export function getAcl({ acl }: Bucket): SandboxResponse {
  const group = { 'public-read': 'AllUsers', 'authenticated-read': 'AuthenticatedUsers' }[acl];
  const owner: Child = [
    'Grant',
    [
      ['Grantee', [['ID', 'owner']]],
      ['Permission', 'FULL_CONTROL'],
    ],
  ];
  const uri = `http://acs.amazonaws.com/groups/global/${group}`;
  const everybody: Child[] = group
    ? [
        [
          'Grant',
          [
            ['Grantee', [['URI', uri]]],
            ['Permission', 'READ'],
          ],
        ],
      ]
    : [];
  return xml(renderDocument('AccessControlPolicy', [['AccessControlList', [owner, ...everybody]]]));
}

/** A statement that allows everybody something, without a condition, makes a policy public. */
export function getPolicyStatus({ policy }: Bucket): SandboxResponse {
  if (policy === undefined) throw new S3Error(404, 'NoSuchBucketPolicy', 'The bucket policy does not exist');
  const { Statement = [] } = JSON.parse(policy) as { Statement?: readonly PolicyStatement[] };
  const isPublic = Statement.some(({ Effect, Principal, Condition }) => {
    const who = typeof Principal === 'object' ? Principal.AWS : Principal;
    return Effect === 'Allow' && who === '*' && Condition === undefined;
  });
  return xml(renderDocument('PolicyStatus', [['IsPublic', `${isPublic}`]]));
}

interface PolicyStatement {
  readonly Effect?: string;
  readonly Principal?: string | { readonly AWS?: string };
  readonly Condition?: unknown;
}

export function getBlock({ block }: Bucket): SandboxResponse {
  if (!block) {
    const message = 'The public access block configuration was not found';
    throw new S3Error(404, 'NoSuchPublicAccessBlockConfiguration', message);
  }
  return xml(
    renderDocument(
      'PublicAccessBlockConfiguration',
      BLOCKS.map((name) => [name, `${block[name] ?? false}`]),
    ),
  );
}
