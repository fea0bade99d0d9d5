import { PLACE, type PolicyDocument } from './policy.js';

const GITHUB = 'token.actions.githubusercontent.com';

/**
 * The subject of tokens that name the repository: for repositories from before 15 July 2026 that were not renamed
 * since.
 */
export const SUBJECT_BY_NAME = `repo:${PLACE.owner}/${PLACE.repository}:${PLACE.subject}`;
/** The subject for all other repositories. It also holds their ids, which no other repository can ever get. */
export const SUBJECT_BY_ID =
  `repo:${PLACE.owner}@${PLACE.ownerId}/${PLACE.repository}@${PLACE.repositoryId}:${PLACE.subject}` as const;

/** Lets the workflows of one repository assume the roles, with the OpenID Connect token that GitHub gives each job. */
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
