import { describe, expect, test } from '@jest/globals';
import type { Permissions } from '../../sandbox/github/github.js';
import type { Clock } from '../../src/core/kernel/clock.js';
import { serveGitHub, SKIPPING_CLOCK, type ServedGitHub } from './github-sandbox-world.js';
import { describePullRequests } from './pull-requests.suite.js';

const COMMENTS = '/repos/{owner}/{repo}/issues/{issue_number}/comments';
const COMMENT = '/repos/{owner}/{repo}/issues/comments/{comment_id}';
const FILE = { path: '.github/plan.yml', ref: 'a'.repeat(40), text: 'größer: {}\n' };
const ALL: Permissions = { pull_requests: 'write', statuses: 'write', contents: 'read' };
const STATUS = { state: 'pending', context: '/test unit', description: 'began', url: 'https://a.example' } as const;
/** Connects with the GITHUB_TOKEN of a job. */
function withToken(served: ServedGitHub, permissions: Permissions, repositories?: readonly string[]) {
  const { token } = served.world.addToken({
    token: 'ghs_job',
    kind: 'actions',
    permissions,
    ...(repositories && { repositories }),
  });
  return served.connectPullRequests({ token });
}

describePullRequests('the adapter on the sandbox', async () => {
  const served = await serveGitHub({ files: { [FILE.path]: FILE.text } });
  const { world } = served;
  return {
    pullRequests: await withToken(served, ALL),
    file: FILE,
    addPull: ({ fork, ...pull } = {}) => {
      const { number, headSha } = world.addPull({ ...pull, ...(fork !== undefined && { headRepository: fork }) });
      return { number, headSha: headSha! };
    },
    addIssue: () => world.addIssue(),
    addComment: (comment) => world.addComment(comment).id,
    deleteComment: (id) => world.deleteComment(id),
    setMember: (login, permission) => world.setMember(login, permission),
    commentsOn: (number) => world.comments.filter((one) => one.number === number).map(({ body }) => body),
    reactionsTo: (id) => world.reactions.filter(({ commentId }) => commentId === id).map(({ content }) => content),
    statusesOf: (sha) =>
      world.statuses
        .filter((one) => one.sha === sha)
        .map(({ state, context, description, url }) => ({ state, context, description, url })),
    loseNextComment: (where) => served.disturb(`POST ${COMMENTS}`, { kind: `reset-${where}` }),
    without: (permission) =>
      withToken(served, {
        ...ALL,
        ...(permission === 'statuses' ? { statuses: 'read' } : { pull_requests: 'read' }),
      }),
    close: () => served.close(),
  };
});

describe('the adapter for pull requests on the sandbox', () => {
  async function withGitHub(run: (served: ServedGitHub) => Promise<void>): Promise<void> {
    const served = await serveGitHub();
    try {
      await run(served);
    } finally {
      await served.close();
    }
  }

  const countPosts = ({ traffic }: ServedGitHub) =>
    traffic.requests.filter(({ operation }) => operation === `POST ${COMMENTS}`).length;

  test('names the permission that the token lacks, and how GITHUB_TOKEN gets it', () =>
    withGitHub(async (served) => {
      const { number, headSha } = served.world.addPull();
      const { id } = served.world.addComment({ number, body: '/test' });
      const github = await withToken(served, { actions: 'read' });
      const calls: readonly [() => Promise<unknown>, string, string][] = [
        [() => github.readComment(id), 'Pull requests: read', 'pull-requests: read'],
        [() => github.readPullRequest(number), 'Pull requests: read', 'pull-requests: read'],
        [() => github.createComment(number, 'a m', 'm'), 'Pull requests: write', 'pull-requests: write'],
        [() => github.updateComment(id, 'a'), 'Pull requests: write', 'pull-requests: write'],
        [() => github.react(id, 'eyes'), 'Pull requests: write', 'pull-requests: write'],
        [() => github.setStatus(headSha!, STATUS), 'Commit statuses: write', 'statuses: write'],
        [() => github.readFile('a', headSha!), 'Contents: read', 'contents: read'],
      ];
      for (const [call, permission, key] of calls) {
        const hint = await call().then(
          () => 'not refused',
          (error: { code: string; hint: string }) => `${error.code}: ${error.hint}`,
        );
        expect(hint).toContain(
          `github-forbidden: The token needs the permission "${permission}" on octo-org/octo-repo`,
        );
        expect(hint).toContain(`A workflow's GITHUB_TOKEN gets it from \`${key}\` in the \`permissions\` of the job.`);
        expect(hint).not.toContain('runners');
      }
    }));

  test('does not take a repository that the token cannot see for one without comments and people', () =>
    withGitHub(async (served) => {
      const { number } = served.world.addPull();
      const { id } = served.world.addComment({ number, body: '/test' });
      const github = await withToken(served, ALL, ['octo-org/other-repo']);
      const hidden = { name: 'Failure', code: 'github-not-found' };
      await expect(github.readComment(id)).rejects.toMatchObject(hidden);
      await expect(github.readPullRequest(number)).rejects.toMatchObject(hidden);
      await expect(github.readPermission('octocat')).rejects.toMatchObject(hidden);
      await expect(github.updateComment(id, 'a')).rejects.toMatchObject(hidden);
      await expect(github.readFile('a', 'main')).rejects.toMatchObject(hidden);
    }));

  test('a custom role counts as the highest level that it includes', () =>
    withGitHub(async (served) => {
      served.world.setMember('mona', { level: 'maintain', roleName: 'release manager' });
      const github = await served.connectPullRequests();
      expect(await github.readPermission('mona')).toBe('maintain');
    }));

  test('a file at a commit that does not exist is a failure', () =>
    withGitHub(async (served) => {
      const github = await served.connectPullRequests();
      await expect(github.readFile('a', 'no-branch')).rejects.toMatchObject({
        code: 'github-not-found',
        message: expect.stringContaining('No commit found'),
      });
    }));

  test.each([
    { kind: 'reset-before' },
    { kind: 'reset-after' },
    { kind: 'malformed' },
    { kind: 'status', status: 502 },
  ] as const)('one failing request does not show: %j', (fault) =>
    withGitHub(async (served) => {
      const { number, headSha } = served.world.addPull();
      const github = await served.connectPullRequests();
      served.disturb(`POST ${COMMENTS}`, fault);
      const id = await github.createComment(number, 'a m1', 'm1');
      served.disturb(`PATCH ${COMMENT}`, fault);
      expect(await github.updateComment(id, 'b m1')).toBe('updated');
      served.disturb(`POST ${COMMENT}/reactions`, fault);
      await github.react(id, 'eyes');
      served.disturb('POST /repos/{owner}/{repo}/statuses/{sha}', fault);
      await github.setStatus(headSha!, STATUS);
      served.disturb(`GET ${COMMENT}`, fault);
      expect(await github.readComment(id)).toMatchObject({ body: 'b m1' });
      expect(served.world.comments).toHaveLength(1);
      expect(served.world.reactions).toHaveLength(1);
    }),
  );

  test('finds a lost comment behind a hundred others', () =>
    withGitHub(async (served) => {
      const { number } = served.world.addPull();
      for (let count = 0; count < 100; count++) served.world.addComment({ number, body: `comment ${count}` });
      const github = await served.connectPullRequests();
      served.disturb(`POST ${COMMENTS}`, { kind: 'reset-after' });
      const id = await github.createComment(number, 'a m1', 'm1');
      expect(served.world.comments.at(-1)).toMatchObject({ id, body: 'a m1' });
      expect(countPosts(served)).toBe(1);
    }));

  test('does not send a comment again that GitHub creates only after the client has gone', () =>
    withGitHub(async (served) => {
      const { number } = served.world.addPull();
      // The wait before the second request ends when GitHub has created the comment.
      const clock: Clock = {
        now: () => SKIPPING_CLOCK.now(),
        async sleep() {
          while (served.world.comments.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
        },
      };
      const github = await served.connectPullRequests({ clock, requestTimeoutSeconds: 0.5 });
      served.disturb(`POST ${COMMENTS}`, { kind: 'late', ms: 1_000 });
      await github.createComment(number, 'a m1', 'm1');
      expect([served.world.comments.length, countPosts(served)]).toEqual([1, 1]);
    }));

  test('does not send a comment again while GitHub cannot be asked whether it exists', () =>
    withGitHub(async (served) => {
      const { number } = served.world.addPull();
      const github = await served.connectPullRequests();
      let failures = 0;
      served.traffic.intercept = ({ operation }) => {
        if (operation === `POST ${COMMENTS}` && failures === 0) return { kind: 'reset-after' };
        return ++failures <= 4 ? { kind: 'status', status: 503 } : undefined;
      };
      await github.createComment(number, 'a m1', 'm1');
      expect([served.world.comments.length, countPosts(served)]).toEqual([1, 1]);
    }));

  test('gives up after a minute if GitHub answers nothing', () =>
    withGitHub(async (served) => {
      const { number } = served.world.addPull();
      const github = await served.connectPullRequests();
      served.traffic.intercept = () => ({ kind: 'status', status: 503 });
      const before = SKIPPING_CLOCK.waited;
      await expect(github.createComment(number, 'a m1', 'm1')).rejects.toMatchObject({ code: 'github-unreachable' });
      expect(SKIPPING_CLOCK.waited - before).toBeLessThan(70_000);
      expect(countPosts(served)).toBe(1);
    }));

  test('waits for a short rate limit with a comment, and not with a reaction', () =>
    withGitHub(async (served) => {
      const { number } = served.world.addPull();
      const { id } = served.world.addComment({ number, body: '/test' });
      const github = await served.connectPullRequests();
      const before = SKIPPING_CLOCK.waited;
      served.disturb(`POST ${COMMENTS}`, { kind: 'status', code: 'secondary-rate-limit' });
      await github.createComment(number, 'a m1', 'm1');
      expect(SKIPPING_CLOCK.waited - before).toBeGreaterThanOrEqual(60_000);
      expect([served.world.comments.length, countPosts(served)]).toEqual([2, 2]);
      served.disturb(`POST ${COMMENT}/reactions`, { kind: 'status', code: 'secondary-rate-limit' });
      await expect(github.react(id, 'eyes')).rejects.toMatchObject({ code: 'github-rate-limited' });
    }));
});
