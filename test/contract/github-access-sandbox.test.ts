import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/rest';
import type { Token } from '../../sandbox/github/github.js';
import { QUIET, refusal, REPO, startGitHub, type GitHubSandbox } from '../worlds/sandbox/github.js';

let sandbox: GitHubSandbox;
let octokit: Octokit;

beforeEach(async () => {
  sandbox = await startGitHub();
  octokit = sandbox.octokit();
});

afterEach(() => sandbox.close());

describe('a token', () => {
  const use = (token: string) => refusal(sandbox.octokit(token).rest.actions.createRegistrationTokenForRepo(REPO));
  const add = (changes: Partial<Token>) =>
    sandbox.github.addToken({ token: 't', kind: 'fine-grained', permissions: {}, ...changes }).token;

  test('that is wrong, revoked or expired is refused', async () => {
    expect(await use('wrong')).toMatchObject({ status: 401, message: expect.stringContaining('Bad credentials') });
    expect((await use(add({ permissions: 'all', expiresAt: Date.now() - 1 }))).status).toBe(401);
    sandbox.github.revokeToken(sandbox.github.token);
    expect((await use(sandbox.github.token)).status).toBe(401);
    const { status } = await fetch(`${sandbox.url}/repos/octo-org/octo-repo/actions/runners`);
    expect(status).toBe(401);
  });

  test.each([
    ['fine-grained', { administration: 'read' }, 'Resource not accessible by personal access token'],
    ['app', { contents: 'write' }, 'Resource not accessible by integration'],
    ['actions', { actions: 'write' }, 'Resource not accessible by integration'],
    ['classic', {}, 'Must have admin rights to Repository.'],
  ] as const)('of kind %s without the permission gets the error for its kind', async (kind, permissions, message) => {
    const refused = await use(add({ kind, permissions }));
    expect(refused).toMatchObject({ status: 403, message: expect.stringContaining(message) });
    expect(refused.response?.headers['x-accepted-github-permissions']).toBe('administration=write');
  });

  test('that cannot see the repository gets Not Found', async () => {
    const token = add({ permissions: 'all', repositories: ['octo-org/other-repo'] });
    expect((await use(token)).status).toBe(404);
    const elsewhere = octokit.rest.actions.createRegistrationTokenForRepo({ owner: 'nobody', repo: 'nothing' });
    expect((await refusal(elsewhere)).status).toBe(404);
  });
});

describe('an App', () => {
  const asApp = (changes: Record<string, unknown> = {}) => {
    const { id: appId, privateKey } = sandbox.github.app;
    return new Octokit({
      authStrategy: createAppAuth,
      auth: { appId, privateKey, ...changes },
      baseUrl: sandbox.url,
      log: QUIET,
    });
  };

  test('finds its installation and works with its token', async () => {
    const { data } = await asApp().rest.apps.getRepoInstallation(REPO);
    const runners = await asApp({ installationId: data.id }).rest.actions.listSelfHostedRunnersForRepo(REPO);
    expect(runners.data.total_count).toBe(0);
    expect((await refusal(asApp().rest.apps.getOrgInstallation({ org: 'elsewhere' }))).status).toBe(404);
  });

  test('is refused with a wrong key, a wrong id, and for permissions that it lacks', async () => {
    const other = await startGitHub();
    const strange = asApp({ privateKey: other.github.app.privateKey }).rest.apps.getAuthenticated();
    await other.close();
    expect(await refusal(strange)).toMatchObject({
      status: 401,
      message: expect.stringContaining('could not be decoded'),
    });
    expect((await refusal(asApp({ appId: 99 }).rest.apps.getAuthenticated())).status).toBe(401);
    const greedy = asApp().rest.apps.createInstallationAccessToken({
      installation_id: 4242,
      permissions: { secrets: 'write' },
    });
    expect((await refusal(greedy)).status).toBe(422);
  });
});

describe('limits', () => {
  test('are counted, shown and enforced', async () => {
    sandbox.github.rateLimit.remaining = 2;
    const read = () => octokit.rest.repos.get(REPO);
    expect((await read()).headers['x-ratelimit-remaining']).toBe('1');
    expect((await octokit.rest.rateLimit.get()).data.rate.remaining).toBe(1);
    await read();
    const refused = await refusal(read());
    expect(refused).toMatchObject({ status: 403, message: expect.stringContaining('rate limit exceeded') });
    expect(refused.response?.headers['x-ratelimit-remaining']).toBe('0');
  });

  test('of the secondary kind can be caused as a fault', async () => {
    sandbox.traffic.intercept = () => ({ kind: 'status', code: 'secondary-rate-limit', status: 429 });
    const refused = await refusal(octokit.rest.actions.createRegistrationTokenForRepo(REPO));
    expect(refused).toMatchObject({ status: 429, message: expect.stringContaining('secondary rate limit') });
    expect(refused.response?.headers).toMatchObject({ 'retry-after': '60', 'x-github-request-id': expect.any(String) });
  });
});
