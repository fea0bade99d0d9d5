import { PLACE, type Policy } from './policy.js';

const BUCKET = `arn:aws:s3:::${PLACE.bucket}`;
const BELOW = `${PLACE.prefix}/*`;

/** What an export to S3 needs, for one prefix of one bucket. It cannot delete, and cannot make anything public. */
export const exportArtifacts: Policy = {
  title: 'an export of artifacts to S3',
  grants: [
    {
      sid: 'LookAtBucket',
      actions: {
        's3:GetBucketAcl': 'export: whether everybody may read the bucket',
        's3:GetBucketPolicyStatus': 'export: whether everybody may read the bucket',
        's3:GetBucketPublicAccessBlock': 'export: whether everybody may read the bucket',
        's3:ListBucketMultipartUploads': 'export: uploads that were interrupted',
      },
      resources: [BUCKET],
      on: 'the bucket',
    },
    {
      sid: 'ListOwnPrefix',
      actions: { 's3:ListBucket': 'export: what is there already' },
      resources: [BUCKET],
      conditions: { StringLike: { 's3:prefix': BELOW } },
      on: 'keys below the prefix',
    },
    {
      sid: 'WriteOwnPrefix',
      actions: {
        's3:PutObject': 'export: the files, whole or in parts',
        's3:GetObject': 'export: the checksum of a file that is there already',
        's3:ListMultipartUploadParts': 'export: the parts of an upload that was interrupted',
        's3:AbortMultipartUpload': 'export: uploads of earlier exports that are not needed any more',
      },
      resources: [`${BUCKET}/${BELOW}`],
      on: 'objects below the prefix',
    },
  ],
};
