import { describe, expect, test } from '@jest/globals';
import { ACCOUNT } from './iam.asks.js';
import { readPolicy, simulate } from './iam.roles.js';

const GITHUB = 'token.actions.githubusercontent.com';
// The simulator supports the subject and audience of this provider, but not of GitHub's.
const KNOWN = 'cognito-identity.amazonaws.com';

interface Token {
  readonly sub: string;
  readonly aud?: string;
  readonly issuer?: string;
}

/** Whether a job with this token may assume the role. */
function isTrusted({ sub, aud = 'sts.amazonaws.com', issuer = GITHUB }: Token, values = {}): Promise<boolean> {
  const trust = JSON.stringify(readPolicy('trust', values)).replaceAll(`${GITHUB}:`, `${KNOWN}:`);
  return simulate({
    request: {
      principal: `arn:aws:iam::${ACCOUNT}:oidc-provider/${issuer}`,
      action: 'sts:AssumeRoleWithWebIdentity',
      resource: { resource: `arn:aws:iam::${ACCOUNT}:role/start-stop`, accountId: ACCOUNT },
      contextVariables: { [`${KNOWN}:aud`]: aud, [`${KNOWN}:sub`]: sub },
    },
    identityPolicies: [],
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    resourcePolicy: JSON.parse(trust) as object,
  });
}

describe('The roles trust', () => {
  test.each([
    ['a branch, by names', 'repo:octo-org/octo-repo:ref:refs/heads/main'],
    ['a branch, by ids', 'repo:octo-org@583231/octo-repo@1296269:ref:refs/heads/main'],
    ['an environment', 'repo:octo-org@583231/octo-repo@1296269:environment:ci'],
    ['a pull request', 'repo:octo-org/octo-repo:pull_request'],
  ])('%s', async (_, sub) => {
    expect(await isTrusted({ sub })).toBe(true);
  });

  test('only one branch, on request', async () => {
    const narrow = { '<SUBJECT>': 'ref:refs/heads/main' };
    expect(await isTrusted({ sub: 'repo:octo-org/octo-repo:ref:refs/heads/main' }, narrow)).toBe(true);
    expect(await isTrusted({ sub: 'repo:octo-org/octo-repo:ref:refs/heads/main2' }, narrow)).toBe(false);
    expect(await isTrusted({ sub: 'repo:octo-org/octo-repo:pull_request' }, narrow)).toBe(false);
  });
});

describe('The roles do not trust', () => {
  test.each([
    ['another repository', 'repo:octo-org/other-repo:ref:refs/heads/main'],
    ['a repository whose name begins alike', 'repo:octo-org/octo-repo-2:ref:refs/heads/main'],
    ['an owner whose name begins alike', 'repo:octo-org-2/octo-repo:ref:refs/heads/main'],
    ["who took the repository's name after it", 'repo:octo-org@583231/octo-repo@999:ref:refs/heads/main'],
    ["who took the owner's name after it", 'repo:octo-org@999/octo-repo@1296269:ref:refs/heads/main'],
    ["another repository's environment with a clever name", 'repo:octo-org@583231/x@7:environment:/octo-repo@1296269:'],
    ['no subject', ''],
  ])('%s', async (_, sub) => {
    expect(await isTrusted({ sub })).toBe(false);
  });

  test('a token for another audience', async () => {
    expect(await isTrusted({ sub: 'repo:octo-org/octo-repo:pull_request', aud: 'https://github.com/octo-org' })).toBe(
      false,
    );
  });

  test('another provider', async () => {
    expect(await isTrusted({ sub: 'repo:octo-org/octo-repo:pull_request', issuer: 'example.org' })).toBe(false);
  });

  test('another repository through ids of `*`, which the template refuses', async () => {
    const stars = { '<OWNER_ID>': '*', '<REPOSITORY_ID>': '*' };
    const clever = 'repo:octo-org@583231/x@7:environment:/octo-repo@:';
    expect(await isTrusted({ sub: clever }, stars)).toBe(true);
  });
});
