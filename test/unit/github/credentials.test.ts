import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { CredentialsInput, GitHubOptions } from '../../../src/github/connect.js';
import { readPrivateKey } from '../../../src/github/private-key.js';
import { connectScripted, runnerJson, ScriptedGitHub, type Reply } from '../../worlds/scripted-github.js';

const { privateKey: key } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PKCS1 = key.export({ type: 'pkcs1', format: 'pem' }).toString();
const PKCS8 = key.export({ type: 'pkcs8', format: 'pem' }).toString();
const APP: CredentialsInput = { appId: '99', privateKey: PKCS1 };
const MINT = 'POST /app/installations/5/access_tokens';
const ORG: Pick<GitHubOptions, 'scope' | 'credentials'> = { scope: { kind: 'org', org: 'O' }, credentials: APP };

function installed(permissions: Record<string, string>): Reply {
  return { json: { id: 5, permissions } };
}

function minted(token: string): Reply {
  return { status: 201, json: { token, expires_at: '2026-01-01T01:00:00Z', permissions: {} } };
}

function repoApp(permissions: Record<string, string> = { administration: 'write', contents: 'write' }): ScriptedGitHub {
  return new ScriptedGitHub().on('GET /repos/o/r/installation', installed(permissions)).on(MINT, minted('ghs_first'));
}

describe("an App's private key", () => {
  test('is accepted as PKCS#1 and as PKCS#8, with line breaks or `\\n`', () => {
    const written = [PKCS1, PKCS8].flatMap((pem) =>
      ['\n', '\\n', ' ', '\r\n', '\n    '].map((end) => pem.replaceAll('\n', end)),
    );
    for (const pem of [...written, `\n ${PKCS8} \n`]) {
      expect(readPrivateKey(pem)).toBe(PKCS8);
    }
  });

  test.each([
    ['empty', ''],
    ['a path', '/keys/app.pem'],
    ['the first line alone', '-----BEGIN RSA PRIVATE KEY-----'],
    ['cut off', PKCS1.slice(0, 400)],
    ['a public key', createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString()],
    [
      'an elliptic curve',
      generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    ],
  ])('that is %s is bad input: the message names `app-private-key` and does not quote the key', (_, given) => {
    const read = () => readPrivateKey(given);
    if (!given.startsWith('-----BEGIN')) expect(read).toThrow(/does not begin with/);
    expect(read).toThrow(expect.objectContaining({ code: 'bad-input' }));
    expect(read).toThrow(/`app-private-key`/);
    if (given.length > 50) expect(read).not.toThrow(given.slice(30, 60));
  });
});

describe('a token', () => {
  test('is used without the white space around it', async () => {
    const script = new ScriptedGitHub().on('GET /repos/o/r/actions/runners/7', { json: runnerJson(7) });
    const { github, masked } = await connectScripted(script, { credentials: { token: ' ghp_x\n' } });
    await github.readRunner(7);
    expect(script.requests[0]?.headers['authorization']).toBe('Bearer ghp_x');
    expect(masked).toEqual([]);
  });

  test.each(['', '  ', 'two words', 'line\nbreak', 'schön'])('cannot be %j', async (token) => {
    const connecting = connectScripted(new ScriptedGitHub(), { credentials: { token } });
    await expect(connecting).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringContaining('`github-token`'),
    });
  });
});

describe('a GitHub App for a repository', () => {
  test('gets a token for this repository only, with the least permissions', async () => {
    const script = repoApp({ administration: 'write', contents: 'write', issues: 'write' });
    await connectScripted(script, { credentials: APP });
    expect(script.lines).toEqual(['GET /repos/o/r/installation', MINT]);
    expect(script.requests[1]?.body).toEqual({
      repositories: ['r'],
      permissions: { administration: 'write', contents: 'read' },
    });
  });

  test('authenticates as the App with a token signed by its key', async () => {
    const script = repoApp();
    await connectScripted(script, { credentials: { ...APP, privateKey: PKCS1.replaceAll('\n', '\\n') } });
    for (const { headers } of script.requests) {
      const [head, claims, signature = ''] = (headers['authorization'] ?? '').replace(/^bearer /i, '').split('.');
      const signed = Buffer.from(`${head}.${claims}`);
      expect(verify('RSA-SHA256', signed, createPublicKey(key), Buffer.from(signature, 'base64url'))).toBe(true);
      expect(JSON.parse(Buffer.from(claims ?? '', 'base64url').toString())).toMatchObject({ iss: '99' });
    }
  });

  test('masks every token before it is used', async () => {
    const script = repoApp().on('GET /repos/o/r/actions/runners/7', { json: runnerJson(7) });
    const { github, masked } = await connectScripted(script, { credentials: APP });
    expect(masked).toEqual(['ghs_first']);
    await github.readRunner(7);
    expect(script.requests.at(-1)?.headers['authorization']).toBe('Bearer ghs_first');
    expect(masked).toEqual(['ghs_first']);
  });

  test('renews its token before it expires, and masks the new one', async () => {
    const line = 'GET /repos/o/r/actions/runners/7';
    const script = repoApp()
      .on(line, { json: runnerJson(7) })
      .on(MINT, minted('ghs_first'), minted('ghs_second'));
    const { github, clock, masked } = await connectScripted(script, { credentials: APP });
    await clock.sleep(54 * 60_000);
    await github.readRunner(7);
    expect(script.requests.at(-1)?.headers['authorization']).toBe('Bearer ghs_first');
    await clock.sleep(5 * 60_000);
    await Promise.all([github.readRunner(7), github.readRunner(7)]);
    expect(script.requests.at(-1)?.headers['authorization']).toBe('Bearer ghs_second');
    expect(new Set(masked)).toEqual(new Set(['ghs_first', 'ghs_second']));
    expect(script.lines.filter((one) => one === MINT)).toHaveLength(2);
  });

  test('requests no access to files when it is not granted', async () => {
    const script = repoApp({ administration: 'write' });
    await connectScripted(script, { credentials: APP });
    expect(script.requests[1]?.body).toEqual({ repositories: ['r'], permissions: { administration: 'write' } });
  });

  test('without the permission for runners is refused before a token is requested', async () => {
    const script = repoApp({ administration: 'read', contents: 'read' });
    await expect(connectScripted(script, { credentials: APP })).rejects.toMatchObject({
      code: 'github-forbidden',
      message: expect.stringContaining('`administration: write`'),
      about: { details: ['Granted: administration: read, contents: read.'] },
    });
    expect(script.lines).toEqual(['GET /repos/o/r/installation']);
  });

  test('that is not installed for the repository is a failure that says so', async () => {
    const script = new ScriptedGitHub().on('GET /repos/o/r/installation', {
      status: 404,
      json: { message: 'Not Found' },
    });
    await expect(connectScripted(script, { credentials: APP })).rejects.toMatchObject({
      code: 'github-not-found',
      message: expect.stringContaining('99 is not installed for the repository o/r'),
    });
  });

  test('whose installation does not cover the repository is a failure that says so', async () => {
    const script = new ScriptedGitHub()
      .on('GET /app/installations/5', installed({ administration: 'write' }))
      .on(MINT, { status: 422, json: { message: 'There is at least one repository that does not exist' } });
    await expect(connectScripted(script, { credentials: { ...APP, installationId: 5 } })).rejects.toMatchObject({
      code: 'github-not-found',
      message: expect.stringContaining('installation 5 does not cover the repository o/r'),
    });
  });

  test('with the wrong key is refused with a hint what to check', async () => {
    const script = new ScriptedGitHub().on('GET /repos/o/r/installation', {
      status: 401,
      json: { message: 'A JSON web token could not be decoded' },
    });
    await expect(connectScripted(script, { credentials: APP })).rejects.toMatchObject({
      code: 'github-unauthorized',
      hint: expect.stringContaining('`app-id` and `app-private-key` belong to the same GitHub App'),
    });
  });

  test('gets its token even if the first responses are lost or cut off', async () => {
    const cutOff: Reply = { status: 201, text: '{"token": "ghs_' };
    const script = repoApp().on(MINT, 'no-answer', cutOff, minted('ghs_third'));
    const { masked } = await connectScripted(script, { credentials: APP });
    expect(masked).toEqual(['ghs_third']);
  });

  test('repeats a request after a 401 in the first seconds of its token, but not later', async () => {
    const refused: Reply = { status: 401, json: { message: 'Bad credentials' } };
    const line = 'GET /repos/o/r/actions/runners/7';
    const script = repoApp().on(line, refused, refused, { json: runnerJson(7) }, refused);
    const { github, clock } = await connectScripted(script, { credentials: APP });
    const start = clock.now();
    await expect(github.readRunner(7)).resolves.toMatchObject({ id: 7 });
    expect(clock.now() - start).toBe(2000);
    await clock.sleep(5000);
    await expect(github.readRunner(7)).rejects.toMatchObject({ code: 'github-unauthorized' });
    expect(clock.now() - start).toBe(7000);
  });
});

describe('a GitHub App for an organization', () => {
  const granted = { organization_self_hosted_runners: 'write', contents: 'read' };

  function orgApp(permissions: Record<string, string>, ...replies: Reply[]): ScriptedGitHub {
    return new ScriptedGitHub().on('GET /orgs/O/installation', installed(permissions)).on(MINT, ...replies);
  }

  test('may manage runners, and read the files of this repository', async () => {
    const script = orgApp(granted, minted('ghs_org'));
    await connectScripted(script, ORG);
    expect(script.requests[1]?.body).toEqual({
      repositories: ['r'],
      permissions: { organization_self_hosted_runners: 'write', contents: 'read' },
    });
  });

  test('requests no access to files when the installation does not cover the repository', async () => {
    const script = orgApp(granted, { status: 422, json: { message: 'no' } }, minted('ghs_org'));
    const { masked } = await connectScripted(script, ORG);
    expect(script.requests[2]?.body).toEqual({ permissions: { organization_self_hosted_runners: 'write' } });
    expect(masked).toEqual(['ghs_org']);
  });

  test('does not request again what the installation did not cover the first time', async () => {
    const line = 'GET /orgs/O/actions/runners/7';
    const script = orgApp(granted, { status: 422, json: { message: 'no' } }, minted('ghs_org')).on(line, {
      json: runnerJson(7),
    });
    const { github, clock } = await connectScripted(script, ORG);
    await clock.sleep(3_600_000);
    await github.readRunner(7);
    const asked = script.requests.filter((request) => request.line === MINT);
    expect(asked[2]?.body).toEqual({ permissions: { organization_self_hosted_runners: 'write' } });
  });

  test('requests no access to files of a repository of another owner', async () => {
    const script = orgApp(granted, minted('ghs_org'));
    await connectScripted(script, { ...ORG, repository: { owner: 'somebody', repo: 'r' } });
    expect(script.requests[1]?.body).toEqual({ permissions: { organization_self_hosted_runners: 'write' } });
  });

  test('requests only the permission for runners when files are not granted', async () => {
    const script = orgApp({ organization_self_hosted_runners: 'write' }, minted('ghs_org'));
    await connectScripted(script, ORG);
    expect(script.requests[1]?.body).toEqual({ permissions: { organization_self_hosted_runners: 'write' } });
  });
});

test('a GitHub App for an enterprise is refused, because GitHub has no such permission', async () => {
  const scope = { kind: 'enterprise', enterprise: 'huge' } as const;
  const script = new ScriptedGitHub();
  await expect(connectScripted(script, { scope, credentials: APP })).rejects.toMatchObject({
    code: 'bad-input',
    hint: expect.stringContaining('manage_runners:enterprise'),
  });
  expect(script.requests).toEqual([]);
});

describe("GitHub's address", () => {
  test.each([
    ['https://ghe.example/api/v3', '/api/v3'],
    ['https://ghe.example/api/v3/', '/api/v3'],
    ['https://api.octocorp.ghe.com', ''],
  ])('may be %s', async (apiUrl, prefix) => {
    const script = new ScriptedGitHub().on(`GET ${prefix}/repos/o/r/actions/runners/7`, { json: runnerJson(7) });
    const { github } = await connectScripted(script, { apiUrl });
    await expect(github.readRunner(7)).resolves.toMatchObject({ id: 7 });
  });

  test.each(['', 'api.github.com', 'ftp://api.github.com', 'https://'])('cannot be %j', async (apiUrl) => {
    await expect(connectScripted(new ScriptedGitHub(), { apiUrl })).rejects.toMatchObject({ code: 'bad-input' });
  });
});
