import { describe, expect, test } from '@jest/globals';
import type { Permissions } from '../../sandbox/github/github.js';
import type { Scope } from '../../src/github/connect.js';
import { HASTY_CLOCK, SANDBOX_SCOPES, serveGitHub, type ServedGitHub } from './github-sandbox-world.js';
import { describeGitHub } from './github.suite.js';

const PREFIXES: Record<Scope['kind'], string> = {
  repo: '/repos/{owner}/{repo}/actions/runners',
  org: '/orgs/{org}/actions/runners',
  enterprise: '/enterprises/{enterprise}/actions/runners',
};
const ENDS = '2026-06-01T00:00:00Z';
const FILE = { path: '.github/ec2-runners.yml', text: 'presets:\n  größer: {}\n' };
const REGISTRATION = { name: 'a', label: 'run-1', groupId: 1, workFolder: '_work' };

for (const [kind, scope] of Object.entries(SANDBOX_SCOPES) as [Scope['kind'], Scope][]) {
  describeGitHub(`the adapter on the sandbox, for a ${kind}`, async () => {
    const versions = { '2.336.0': {}, '2.335.0': { registration: '2026-09-01T00:00:00Z', runtime: ENDS } };
    const theirs = { id: 4, name: 'theirs', visibility: 'selected', selected: ['octo-org/other-repo'] } as const;
    const groups = [{ id: 1, name: 'Default' }, { id: 3, name: 'builders' }, theirs];
    const served = await serveGitHub({ versions, groups, files: { [FILE.path]: FILE.text } });
    const { world } = served;
    const run = world.runs.get(world.runId)!;
    run.attempt = 2;
    const sessions = new Map<number, { disconnect(): void }>();
    const connect = (id: number, busy: boolean) => sessions.set(id, world.connectRunner(id, { busy }));
    return {
      github: await served.connect({ scope }),
      version: '2.336.0',
      ending: { version: '2.335.0', refusedFrom: Date.parse(ENDS) },
      ...(kind === 'repo' ? {} : { group: { name: 'builders', id: 3 }, closed: theirs }),
      file: { ...FILE, ref: world.sha },
      run: { repository: world.repository, id: String(run.id), hidden: 'octo-org/none' },
      hostJob: (name, runnerName) => world.hostJob(name, runnerName),
      queueJob: (name, label) => void world.queueJob({ name, labels: [label], steps: [] }),
      completeRun: () => Object.assign(run, { status: 'completed', conclusion: 'success' }),
      connect: (id) => connect(id, false),
      disconnect: (id) => sessions.get(id)?.disconnect(),
      goBusy: (id) => connect(id, true),
      finish: (id) => world.loseJob(id),
      loseNextRegistration: (where) =>
        served.disturb(`POST ${PREFIXES[kind]}/generate-jitconfig`, { kind: `reset-${where}` }),
      close: () => served.close(),
    };
  });
}

describe('the GitHub adapter on the sandbox', () => {
  const RUNNERS = PREFIXES.repo;

  async function withGitHub(run: (served: ServedGitHub) => Promise<void>): Promise<void> {
    const served = await serveGitHub();
    try {
      await run(served);
    } finally {
      await served.close();
    }
  }

  function withToken(served: ServedGitHub, permissions: Permissions, repositories?: readonly string[]) {
    const token = { token: 'github_pat_small', kind: 'fine-grained', permissions } as const;
    served.world.addToken({ ...token, ...(repositories ? { repositories } : {}) });
    return served.connect({ credentials: { token: token.token } });
  }

  test('fails at once if GitHub refuses the token', () =>
    withGitHub(async (served) => {
      const github = await served.connect({ credentials: { token: 'ghp_revoked' } });
      await expect(github.readRunner(1)).rejects.toMatchObject({
        code: 'github-unauthorized',
        message:
          'GitHub answered GET /repos/octo-org/octo-repo/actions/runners/1 with 401: Bad credentials (https://docs.github.com/rest)',
      });
      expect(served.traffic.requests).toHaveLength(1);
    }));

  test('names the permission that the token lacks', () =>
    withGitHub(async (served) => {
      const github = await withToken(served, { administration: 'read' });
      await expect(github.listRunners()).resolves.toEqual([]);
      await expect(github.registerRunner(REGISTRATION)).rejects.toMatchObject({
        code: 'github-forbidden',
        hint: expect.stringMatching(
          /"Administration: write" on octo-org\/octo-repo.*accepts here: administration=write/,
        ),
        about: { requestId: expect.stringMatching(/^[0-9A-F-]+$/) },
      });
      await expect(github.readFile('a', 'main')).rejects.toMatchObject({
        code: 'github-forbidden',
        hint: expect.stringContaining('"Contents: read"'),
      });
    }));

  test('names the permission that the token lacks for runs', () =>
    withGitHub(async (served) => {
      const github = await withToken(served, { administration: 'write' });
      await expect(github.readRunAttempt('octo-org/octo-repo', '1', '1')).rejects.toMatchObject({
        code: 'github-forbidden',
        hint: expect.stringContaining('"Actions: read" on octo-org/octo-repo'),
      });
    }));

  test('repeats a request for a run if the answer has no valid status', () =>
    withGitHub(async (served) => {
      const github = await served.connect();
      const body = { status: 200, body: '{"status":null}' };
      served.disturb('GET /repos/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt_number}', {
        kind: 'status',
        ...body,
      });
      const run = String(served.world.runId);
      expect(await github.readRunAttempt('octo-org/octo-repo', run, '1')).toBe('active');
      expect(served.traffic.requests).toHaveLength(2);
    }));

  test('does not take a hidden repository for one without runners', () =>
    withGitHub(async (served) => {
      const github = await withToken(served, { administration: 'write', contents: 'read' }, ['octo-org/other-repo']);
      const hidden = { code: 'github-not-found', hint: expect.stringContaining('"Administration: write"') };
      await expect(github.listRunners()).rejects.toMatchObject(hidden);
      await expect(github.readRunner(1)).rejects.toMatchObject(hidden);
      await expect(github.removeRunner(1)).rejects.toMatchObject(hidden);
      await expect(github.readFile('a', 'main')).rejects.toMatchObject({ code: 'github-not-found' });
      await expect(github.readRunAttempt('octo-org/octo-repo', '1', '1')).rejects.toMatchObject({
        code: 'github-not-found',
        hint: expect.stringContaining('"Actions: read"'),
      });
    }));

  test.each([
    { kind: 'reset-before' },
    { kind: 'reset-after' },
    { kind: 'malformed' },
    { kind: 'status', status: 503 },
  ] as const)('repeats a read that fails: %j', (fault) =>
    withGitHub(async (served) => {
      const github = await served.connect();
      await github.registerRunner(REGISTRATION);
      served.disturb(`GET ${RUNNERS}`, fault);
      await expect(github.listRunners()).resolves.toMatchObject([{ name: 'a' }]);
    }),
  );

  test.each([{ kind: 'malformed' }, { kind: 'status', status: 500 }, { kind: 'stall', ms: 5_000 }] as const)(
    'does not repeat a registration that fails: %j',
    (fault) =>
      withGitHub(async (served) => {
        const github = await served.connect({ requestTimeoutSeconds: 0.2 });
        served.disturb(`POST ${RUNNERS}/generate-jitconfig`, fault);
        await expect(github.registerRunner(REGISTRATION)).resolves.toBe('unanswered');
        expect(served.traffic.requests).toHaveLength(1);
      }),
  );

  test('waits for a short rate limit, also with a registration', () =>
    withGitHub(async (served) => {
      const github = await served.connect();
      const before = HASTY_CLOCK.waited;
      served.disturb(`POST ${RUNNERS}/generate-jitconfig`, { kind: 'status', code: 'secondary-rate-limit' });
      await expect(github.registerRunner(REGISTRATION)).resolves.toMatchObject({ name: 'a' });
      expect(HASTY_CLOCK.waited - before).toBeGreaterThanOrEqual(60_000);
    }));

  test('does not wait half an hour for a rate limit', () =>
    withGitHub(async (served) => {
      const github = await served.connect();
      served.world.rateLimit.remaining = 0;
      served.world.rateLimit.resetAt = Math.floor(HASTY_CLOCK.now() / 1000) + 1800;
      await expect(github.listRunners()).rejects.toMatchObject({ code: 'github-rate-limited' });
      expect(github.pace).toBe(5);
    }));

  test('works with a GitHub Enterprise Server below /api/v3', () =>
    withGitHub(async (served) => {
      const github = await served.connect({ apiUrl: `${served.url}/api/v3` });
      await expect(github.registerRunner(REGISTRATION)).resolves.toMatchObject({ name: 'a' });
      await expect(github.findDownload('2.336.0', 'arm64')).resolves.toMatchObject({ version: '2.336.0' });
      await expect(github.findDownload('2.335.0', 'arm64')).rejects.toMatchObject({ code: 'github-not-found' });
    }));

  test('works as a GitHub App with a token of few permissions, which is masked', () =>
    withGitHub(async (served) => {
      const { id, privateKey } = served.world.app;
      for (const scope of [SANDBOX_SCOPES.repo, SANDBOX_SCOPES.org]) {
        const github = await served.connect({ scope, credentials: { appId: String(id), privateKey } });
        await expect(github.registerRunner({ ...REGISTRATION, name: scope.kind })).resolves.toMatchObject({
          name: scope.kind,
        });
        served.world.files.set('a.yml', 'a');
        await expect(github.readFile('a.yml', served.world.sha)).resolves.toBe('a');
        expect(served.traffic.requests.at(-1)?.headers['authorization']).toBe(`Bearer ${served.masked.at(-1)}`);
      }
      expect(new Set(served.masked).size).toBe(2);
    }));

  test('fails if the key is not that of the App', () =>
    withGitHub(async (served) => {
      const { privateKey } = served.world.app;
      const credentials = { appId: '999', privateKey };
      await expect(served.connect({ credentials })).rejects.toMatchObject({ code: 'github-unauthorized' });
    }));
});
