import { PLACE, type PolicyDocument } from './policy.js';

const GITHUB = 'token.actions.githubusercontent.com';

/** Repositories that were created before 15 July 2026 and not renamed since: their tokens contain the names. */
export const SUBJECT_BY_NAME = `repo:${PLACE.owner}/${PLACE.repository}:${PLACE.subject}`;
/** All others: their tokens also contain the numbers, which no other owner or repository can get. */
export const SUBJECT_BY_ID =
  `repo:${PLACE.owner}@${PLACE.ownerId}/${PLACE.repository}@${PLACE.repositoryId}:${PLACE.subject}` as const;

/** Workflows of one repository may assume the roles, by the OpenID Connect token that GitHub gives each job. */
export const trust: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'WorkflowsOfThisRepository',
      Effect: 'Allow',
      Principal: { Federated: `arn:aws:iam::${PLACE.account}:oidc-provider/${GITHUB}` },
      Action: ['sts:AssumeRoleWithWebIdentity'],
      Condition: {
        StringEquals: { [`${GITHUB}:aud`]: 'sts.amazonaws.com' },
        StringLike: { [`${GITHUB}:sub`]: [SUBJECT_BY_NAME, SUBJECT_BY_ID] },
      },
    },
  ],
};
