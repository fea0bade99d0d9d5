import { describe, expect, test } from '@jest/globals';
import type { PullRequests } from '../../../src/core/ports/pull-requests.js';
import { connectPullRequests } from '../../../src/github/connect-pull-requests.js';
import { FakeClock } from '../../worlds/fake-clock.js';
import { ScriptedGitHub, type Reply } from '../../worlds/scripted-github.js';

const ADDRESS = '/repos/o/r';

function connect(line: string, ...replies: Reply[]): Promise<PullRequests> {
  return connectPullRequests({
    apiUrl: 'https://api.github.com',
    credentials: { token: 'ghs_job' },
    scope: { kind: 'repo', owner: 'o', repo: 'r' },
    repository: { owner: 'o', repo: 'r' },
    clock: new FakeClock(),
    mask: () => undefined,
    fetch: new ScriptedGitHub().on(line, ...replies).on(`GET ${ADDRESS}`, { json: {} }).fetch,
  });
}

describe('the permission of a user', () => {
  const ask = async (json: unknown) => {
    const github = await connect(`GET ${ADDRESS}/collaborators/mona/permission`, { json });
    return github.readPermission('mona');
  };
  const all = { pull: true, triage: true, push: true, maintain: true, admin: true };

  test('is what `user.permissions` includes, whatever the role is called', async () => {
    const custom = { permission: 'read', role_name: 'release manager' };
    expect(await ask({ ...custom, user: { permissions: { ...all, admin: false } } })).toBe('maintain');
    expect(await ask({ permission: 'write', role_name: 'write', user: { permissions: { pull: true } } })).toBe('read');
    expect(await ask({ permission: 'read', role_name: 'read', user: { permissions: {} } })).toBe('none');
  });

  test('is the role without `user.permissions`, and the old field for a role of another name', async () => {
    expect(await ask({ permission: 'write', role_name: 'maintain', user: null })).toBe('maintain');
    expect(await ask({ permission: 'read', role_name: 'triage', user: {} })).toBe('triage');
    expect(await ask({ permission: 'write', role_name: 'release manager', user: null })).toBe('write');
    expect(await ask({ permission: 'none' })).toBe('none');
  });

  test('that cannot be read is a failure, and no permission', async () => {
    await expect(ask({ permission: 'everything' })).rejects.toMatchObject({ code: 'github-unreachable' });
  });
});

describe('a pull request', () => {
  const pull = { number: 7, state: 'open', head: { sha: 'a', repo: null }, user: null, body: null };

  test('may have neither author, description, repository nor time', async () => {
    const github = await connect(`GET ${ADDRESS}/pulls/7`, { json: pull });
    expect(await github.readPullRequest(7)).toEqual({ number: 7, state: 'open', headSha: 'a', body: '' });
  });

  test.each([
    ['state', { ...pull, state: 'draft' }],
    ['commit', { ...pull, head: { repo: null } }],
  ])('without a readable %s is asked for again', async (_, unreadable) => {
    const github = await connect(`GET ${ADDRESS}/pulls/7`, { json: unreadable }, { json: pull });
    expect(await github.readPullRequest(7)).toMatchObject({ headSha: 'a' });
  });
});

test('a search for a lost comment ends on a server that ignores the page', async () => {
  const comment = { id: 1, body: '', created_at: '2026-01-01T00:00:00Z', issue_url: 'x/issues/7' };
  const script = new ScriptedGitHub().on(`POST ${ADDRESS}/issues/7/comments`, 'no-answer');
  const fetch = (url: string, init?: RequestInit) =>
    init?.method === 'POST'
      ? script.fetch(url, init)
      : Promise.resolve(Response.json(Array.from({ length: 100 }, () => comment)));
  const github = await connectPullRequests({
    apiUrl: 'https://api.github.com',
    credentials: { token: 'ghs_job' },
    scope: { kind: 'repo', owner: 'o', repo: 'r' },
    repository: { owner: 'o', repo: 'r' },
    clock: new FakeClock(),
    mask: () => undefined,
    fetch,
  });
  await expect(github.createComment(7, 'a m1', 'm1')).rejects.toMatchObject({ code: 'github-unreachable' });
  expect(script.requests).toHaveLength(1);
});
