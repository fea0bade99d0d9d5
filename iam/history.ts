import { PLACE, type Policy } from './policy.js';

const BUCKET = `arn:aws:s3:::${PLACE.historyBucket}`;

/** What judge-results needs for a history in S3: one object, which it reads and replaces. It cannot delete it. */
export const history: Policy = {
  title: 'a history of figures in S3',
  grants: [
    {
      sid: 'LookForHistory',
      actions: { 's3:ListBucket': 'history: whether there is one' },
      resources: [BUCKET],
      conditions: { StringEquals: { 's3:prefix': PLACE.historyKey } },
      on: 'the key of the history',
    },
    {
      sid: 'KeepHistory',
      actions: {
        's3:GetObject': 'history: the runs that it has',
        's3:PutObject': 'history: the same runs and one more, if no other writer was faster',
      },
      resources: [`${BUCKET}/${PLACE.historyKey}`],
      on: 'the object with the history',
    },
  ],
};
