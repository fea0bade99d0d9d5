import { describe, expect, test } from '@jest/globals';
import { Failure } from '../../../src/core/kernel/failure.js';
import type { Scope } from '../../../src/github/connect.js';
import { connectScripted, ScriptedGitHub, type Reply } from '../../worlds/scripted-github.js';

const PATHS: Record<Scope['kind'], string> = {
  repo: '/repos/o/r/actions/runners',
  org: '/orgs/big/actions/runners',
  enterprise: '/enterprises/huge/actions/runners',
};
const SCOPES: Record<Scope['kind'], Scope> = {
  repo: { kind: 'repo', owner: 'o', repo: 'r' },
  org: { kind: 'org', org: 'big' },
  enterprise: { kind: 'enterprise', enterprise: 'huge' },
};

async function refuse(reply: Reply, kind: Scope['kind'] = 'repo'): Promise<Failure> {
  const script = new ScriptedGitHub().on(`GET ${PATHS[kind]}?per_page=100&page=1`, reply);
  const { github } = await connectScripted(script, { scope: SCOPES[kind] });
  const error: unknown = await github.listRunners().catch((thrown: unknown) => thrown);
  if (error instanceof Failure) return error;
  throw new Error('not a Failure', { cause: error });
}

const forbidden: Reply = { status: 403, json: { message: 'Resource not accessible by personal access token' } };

describe('an error response names the missing permission', () => {
  test.each<[Scope['kind'], string, string]>([
    ['repo', '"Administration: write" on o/r', 'classic scope `repo`'],
    ['org', '"Self-hosted runners: write" in big', 'classic scope `admin:org`'],
    ['enterprise', '`manage_runners:enterprise`', 'administrator of huge'],
  ])('for a %s', async (kind, fine, classic) => {
    for (const status of [401, 403, 404]) {
      const { hint } = await refuse({ status, json: { message: 'no' } }, kind);
      expect(hint).toContain(fine);
      expect(hint).toContain(classic);
      expect(hint).toContain("GITHUB_TOKEN can't register runners");
    }
  });
});

/** Real responses of GitHub from public reports, with the names of owners changed. */
const REPORTED: readonly [said: string, status: number, advice: RegExp][] = [
  [
    'Although you appear to have the correct authorization credentials, the `big` organization has an IP allow list enabled, and your IP address is not permitted to access this resource.',
    403,
    /IP allow list/,
  ],
  [
    "The 'big' organization forbids access via a fine-grained personal access tokens if the token's lifetime is greater than 366 days. Please adjust your token's lifetime at the following URL: https://github.com/settings/personal-access-tokens/1",
    403,
    /Shorten the lifetime/,
  ],
  [
    "The 'huge' enterprise forbids access via a fine-grained personal access tokens if the token's lifetime is greater than 90 days. Please adjust your token's lifetime at the following URL: https://github.com/settings/personal-access-tokens/1",
    403,
    /Shorten the lifetime/,
  ],
  [
    '`big` forbids access via a personal access token (classic). Please use a GitHub App, OAuth App, or a personal access token with fine-grained permissions.',
    403,
    /fine-grained token/,
  ],
  [
    '`big` forbids access via a personal access token with fine-grained permissions. Please use a GitHub App, or an OAuth App.',
    403,
    /Use a GitHub App/,
  ],
  [
    'Resource protected by organization SAML enforcement. You must grant your Personal Access token access to this organization.',
    403,
    /Configure SSO/,
  ],
  ['This installation has been suspended', 403, /unsuspend/],
  ['Repository was archived so is read-only.', 403, /archived/],
  ['Sorry. Your account was suspended', 403, /support\.github\.com/],
  ['Runner group 2 is reserved for GitHub-hosted runners.', 403, /`runner-group`/],
  ['Runner group 1 has reached max limit of 10000 runners', 422, /reap-runners/],
  [
    'Although you appear to have the correct authorization credentials, the `big` organization has enabled OAuth App access restrictions, meaning that data access to third-parties is limited.',
    403,
    /approve the OAuth app/,
  ],
  ['Upgrade to GitHub Pro or make this repository public to enable this feature.', 403, /plan/],
  ['Requires authentication', 401, /secret exists/],
  ["'Expiration time' claim ('exp') is too far in the future", 401, /clock/],
  [
    "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    401,
    /clock/,
  ],
  ["'Issuer' claim ('iss') must be an Integer", 401, /`app-id` and `app-private-key`/],
  ['A JSON web token could not be decoded', 401, /`app-id` and `app-private-key`/],
  ['Integration not found', 404, /`app-id` and `app-private-key`/],
];

describe('an error response', () => {
  test.each(REPORTED)('%s', async (said, status, advice) => {
    const url = 'https://docs.github.com/rest/actions/self-hosted-runners';
    const { message, hint } = await refuse({ status, json: { message: said, documentation_url: url } });
    expect(message).toBe(`GitHub answered GET /repos/o/r/actions/runners with ${status}: ${said} (${url})`);
    expect(hint).toMatch(advice);
    expect(hint).not.toMatch(/Administration|can't register runners/);
  });

  // These responses are about the permission.
  test.each([
    ['Resource not accessible by personal access token', 403],
    ['Resource not accessible by integration', 403],
    ['Must have admin rights to Repository.', 403],
    ['Not Found', 404],
    ['Bad credentials', 401],
  ])('%s', async (said, status) => {
    expect((await refuse({ status, json: { message: said } })).hint).toContain('"Administration: write" on o/r');
  });

  test('without a message means that runners are disabled for the repository', async () => {
    const { message, hint } = await refuse({ status: 403, json: { message: '' } });
    expect(message).toBe('GitHub answered GET /repos/o/r/actions/runners with 403 and gives no reason');
    expect(hint).toMatch(
      /Usually self-hosted runners are disabled for the repository.*If they are allowed, .*"Administration/,
    );
  });

  test('for a blocked repository quotes the reason in `block`', async () => {
    const block = { reason: 'tos', created_at: '2021-06-08T01:02:15Z', html_url: 'https://github.com/tos' };
    const { message, hint } = await refuse({ status: 403, json: { message: 'Repository access blocked', block } });
    expect(message).toContain('403: Repository access blocked; reason: tos');
    expect(hint).toContain('support.github.com');
  });

  test('of GitHub Enterprise Server links to its own documentation', async () => {
    const url = 'https://docs.github.com/enterprise-server@3.10/rest';
    expect((await refuse({ status: 404, json: { message: 'Not Found', documentation_url: url } })).message).toContain(
      `Not Found (${url})`,
    );
  });

  test('from a proxy is quoted only at its beginning', async () => {
    const page = `<html>${'blocked '.repeat(200)}</html>`;
    const { message, hint } = await refuse({ status: 403, text: page, headers: { 'content-type': 'text/html' } });
    expect(message.length).toBeLessThan(400);
    expect(hint).toContain('not from GitHub but from a proxy or firewall');
  });
});

describe('a conflict', () => {
  const REGISTRATION = 'POST /repos/o/r/actions/runners/generate-jitconfig';
  const ask = { name: 'one', label: 'l', groupId: 1, workFolder: '_work' };

  test('of names is a value, whatever the name', async () => {
    for (const name of ['***', 'one']) {
      const message = `Already exists - A runner with the name ${name} already exists.`;
      const { github } = await connectScripted(
        new ScriptedGitHub().on(REGISTRATION, { status: 409, json: { message } }),
      );
      await expect(github.registerRunner(ask)).resolves.toBe('name-taken');
    }
  });

  test('of another kind is a failure', async () => {
    const message = 'The organization is being migrated.';
    const { github } = await connectScripted(new ScriptedGitHub().on(REGISTRATION, { status: 409, json: { message } }));
    await expect(github.registerRunner(ask)).rejects.toMatchObject({
      code: 'github-rejected',
      message: `GitHub answered ${REGISTRATION} with 409: ${message}`,
    });
  });
});

describe('an error status', () => {
  test.each([
    [401, 'github-unauthorized'],
    [403, 'github-forbidden'],
    [404, 'github-not-found'],
    [422, 'github-rejected'],
    [410, 'github-rejected'],
  ])('%i is a %s', async (status, code) => {
    expect((await refuse({ status, json: { message: 'no' } })).code).toBe(code);
  });

  test("is reported with the call, GitHub's message and the request id", async () => {
    const failure = await refuse({
      status: 422,
      json: {
        message: 'Validation Failed',
        errors: ['too long', { resource: 'Runner', message: 'taken' }, { code: 'x' }],
      },
      headers: { 'x-github-request-id': 'AB:12' },
    });
    expect(failure.message).toBe(
      'GitHub answered GET /repos/o/r/actions/runners with 422: Validation Failed; too long; taken; {"code":"x"}',
    );
    expect(failure.about.requestId).toBe('AB:12');
    expect(failure.cause).toBeInstanceOf(Error);
  });

  test('is reported with the permissions that GitHub accepts', async () => {
    const failure = await refuse({
      ...forbidden,
      headers: { 'x-accepted-github-permissions': 'administration=write' },
    });
    expect(failure.hint).toContain('GitHub accepts here: administration=write.');
  });

  test('is reported with the scopes of a classic token', async () => {
    expect((await refuse({ ...forbidden, headers: { 'x-oauth-scopes': 'gist' } })).hint).toContain('scopes are: gist.');
    expect((await refuse({ ...forbidden, headers: { 'x-oauth-scopes': '' } })).hint).toContain('scopes are: none.');
  });

  test('for single sign-on is reported with the address that authorizes the token', async () => {
    const headers = { 'x-github-sso': 'required; url=https://github.com/orgs/big/sso?authorization_request=A' };
    expect((await refuse({ ...forbidden, headers })).hint).toContain(
      'at https://github.com/orgs/big/sso?authorization',
    );
  });

  test('never shows the token, not even in the cause', async () => {
    const failure = await refuse(forbidden);
    expect(JSON.stringify([failure, failure.about, failure.cause])).not.toContain('ghp_given');
  });
});
