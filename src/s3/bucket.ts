import type { PublicAccess, Store } from '../core/ports/store.js';
import { readError } from '../ec2/errors.js';
import { toFailure } from './errors.js';
import { findRegion } from './objects.js';
import type { S3Requests } from './requests.js';
import { findAll, parseXml, textOf, type Element } from './xml.js';

/** Groups to which everybody belongs, and everybody with any AWS account. */
const EVERYBODY = /\/groups\/global\/(AllUsers|AuthenticatedUsers)$/;

/** Requests about the bucket itself. */
export function createBucket(requests: S3Requests): Pick<Store, 'findRegion' | 'findPublicAccess'> {
  return {
    findRegion: () => findRegion(requests),
    findPublicAccess: () => findPublicAccess(requests),
  };
}

/**
 * Whether the policy or the access control list of the bucket lets everybody in. The bucket's block of public access
 * overrules both. The block of the whole account belongs to another API and is not asked for, so a bucket that only the
 * account keeps private counts as public.
 */
async function findPublicAccess(requests: S3Requests): Promise<PublicAccess> {
  const look = (action: string, query: string, none?: string) => readFact(requests, { action, query, none });
  const block = await look(
    's3:GetBucketPublicAccessBlock',
    'publicAccessBlock',
    'NoSuchPublicAccessBlockConfiguration',
  );
  const isOn = (name: string): boolean => block !== undefined && textOf(block, name) === 'true';
  if (!isOn('RestrictPublicBuckets')) {
    const status = await look('s3:GetBucketPolicyStatus', 'policyStatus', 'NoSuchBucketPolicy');
    if (status && textOf(status, 'IsPublic').toLowerCase() === 'true') return 'policy';
  }
  if (isOn('IgnorePublicAcls')) return 'no';
  const acl = await look('s3:GetBucketAcl', 'acl');
  return acl && findAll(acl, 'URI').some(({ text }) => EVERYBODY.test(text)) ? 'acl' : 'no';
}

/** @returns `undefined` if S3 answers with the error `none`: the bucket has no such setting */
async function readFact(
  requests: S3Requests,
  { action, query, none }: { action: string; query: string; none: string | undefined },
): Promise<Element | undefined> {
  try {
    const request = { action, method: 'GET', query: { [query]: '' } } as const;
    return await requests.persist(request, ({ bytes }) => parseXml(bytes.toString()));
  } catch (error) {
    if (none !== undefined && readError(error).code === none) return undefined;
    throw toFailure(error, { action, place: `s3://${requests.bucket}/` });
  }
}
