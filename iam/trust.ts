import { PLACE, type PolicyDocument } from './policy.js';

const GITHUB = 'token.actions.githubusercontent.com';

/** Repositories from before 15 July 2026 that were not renamed since: their tokens name them. */
export const SUBJECT_BY_NAME = `repo:${PLACE.owner}/${PLACE.repository}:${PLACE.subject}`;
/** All others: their tokens carry the numbers, too, which nobody else can ever get. */
export const SUBJECT_BY_ID =
  `repo:${PLACE.owner}@${PLACE.ownerId}/${PLACE.repository}@${PLACE.repositoryId}:${PLACE.subject}` as const;

/** Who may take the roles: workflows of one repository, by the OpenID Connect token that GitHub gives each job. */
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
