import { describe, expect, test } from '@jest/globals';
import { Failure } from '../../src/core/failure.js';
import type { Scope } from '../../src/github/connect.js';
import { connectScripted, ScriptedGitHub, type Reply } from './scripted-github.js';

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

describe('a refusal names the permission that is missing', () => {
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

describe('a refusal', () => {
  test.each([
    [401, 'github-unauthorized'],
    [403, 'github-forbidden'],
    [404, 'github-not-found'],
    [422, 'github-rejected'],
    [410, 'github-rejected'],
  ])('with %i is a %s', async (status, code) => {
    expect((await refuse({ status, json: { message: 'no' } })).code).toBe(code);
  });

  test("says what was asked, GitHub's words and the request's id", async () => {
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

  test('quotes the permissions that GitHub says it accepts', async () => {
    const failure = await refuse({
      ...forbidden,
      headers: { 'x-accepted-github-permissions': 'administration=write' },
    });
    expect(failure.hint).toContain('GitHub accepts here: administration=write.');
  });

  test("lists a classic token's scopes", async () => {
    expect((await refuse({ ...forbidden, headers: { 'x-oauth-scopes': 'gist' } })).hint).toContain('scopes are: gist.');
    expect((await refuse({ ...forbidden, headers: { 'x-oauth-scopes': '' } })).hint).toContain('scopes are: none.');
  });

  test('for single sign-on says where to authorize the token', async () => {
    const headers = { 'x-github-sso': 'required; url=https://github.com/orgs/big/sso?authorization_request=A' };
    expect((await refuse({ ...forbidden, headers })).hint).toContain(
      'at https://github.com/orgs/big/sso?authorization',
    );
  });

  test('never shows the token, not even in its cause', async () => {
    const failure = await refuse(forbidden);
    expect(JSON.stringify([failure, failure.about, failure.cause])).not.toContain('ghp_given');
  });
});
