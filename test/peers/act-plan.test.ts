/** test-command.yml on nektos/act: comments on pull requests start it, and plan-run answers them. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { KEYS, postComment, readStarter, statusesOf, type PostedComment } from './act/comments.js';
import { expectNothingIsLeft, instancesOf, openStage, resultsOf } from './act/stage.js';
import type { Dispatch, DispatchedRun } from './act/world.js';

const WORKFLOW = 'test-command.yml';
const callers = { [WORKFLOW]: readStarter(`all-environments/${WORKFLOW}`, KEYS) };
const LONG_MS = 180_000;

const stage = openStage();
const run = (comment: PostedComment, how: Partial<Dispatch> = {}): Promise<DispatchedRun> =>
  stage.dispatch({ workflow: WORKFLOW, callers, calls: 'apart', event: comment.event, ...how });
const addPull = (headSha: string, more: object = {}) => stage.world.sandbox.github.addPull({ headSha, ...more });
const fork = { headRepository: 'somebody/octo-repo', author: 'somebody' };

interface Played {
  readonly comment: PostedComment;
  readonly run: DispatchedRun;
}
const played: Record<'first' | 'second' | 'broken' | 'fork', Played> = {} as never;
/** The answer to the first command, at the moment when the second was posted. */
let answerMeanwhile: readonly string[] = [];

beforeAll(async () => {
  const { branches, sandbox } = stage.world;
  const play = async (name: keyof typeof played, comment: PostedComment, how: Partial<Dispatch> = {}) => {
    played[name] = { comment, run: await run(comment, how) };
  };
  const pull = addPull(branches.main);
  const first = postComment(sandbox, pull, '/test unit');
  let second: Promise<void> | undefined;
  const begin = (): Promise<void> => {
    answerMeanwhile = first.answers();
    return play('second', postComment(sandbox, pull, 'One more:\r\n\r\n/Test local_os\r\n'));
  };
  await Promise.all([
    play('first', first, {
      onLine: ({ jobs }) => void (jobs.some(({ path }) => path === 'tests') && (second ??= begin())),
    }),
    play('broken', postComment(sandbox, addPull(branches.broken), '/test unit')),
    play('fork', postComment(sandbox, addPull(branches.fork, fork), `/test unit ${branches.fork.slice(0, 7)}`)),
  ]);
  await second;
}, LONG_MS);

/** The environments' own jobs among the jobs of a run. */
function testedBy({ log }: DispatchedRun): readonly string[] {
  return log.jobs.map(({ path }) => path).filter((path) => /^tests\/[^/]+\/test$/.test(path));
}

describe('A command of a member', () => {
  test('tests on a machine of its own, and the one answer has the verdict at the end', () => {
    const { comment, run: first } = played.first;
    expect(first.code).toBe(0);
    expect(resultsOf(first)).toMatchObject({ plan: 'success', tests: 'success', answer: 'success' });
    expect(testedBy(first)).toEqual(['tests/unit/test']);
    expect(instancesOf(stage.world, first).map(({ type }) => type)).toEqual(['t3.xlarge']);
    expect(comment.answers()).toEqual([
      expect.stringMatching(/### 🟢 Passed[^]*\/actions\/runs\/\d+[^]*octocat wrote `\/test unit`/),
    ]);
    expect(comment.reactions()).toEqual(['eyes', '+1']);
  });

  test('with CRLF, while the first runs, has an answer and a status of its own', () => {
    const { comment, run: second } = played.second;
    expect(answerMeanwhile).toEqual([expect.stringContaining('Running')]);
    expect(second.code).toBe(0);
    expect(testedBy(second)).toEqual(['tests/local_os/test']);
    expect(comment.answers()).toEqual([expect.stringMatching(/### 🟢 Passed[^]*octocat wrote `\/Test local_os`/)]);
    expect(played.first.comment.answers()).toHaveLength(1);
    const statuses = statusesOf(stage.world.sandbox, comment.sha);
    expect(statuses).toHaveLength(4);
    for (const context of ['/test unit', '/test local_os'])
      expect(statuses.filter((one) => one.includes(`: ${context} (`))).toEqual([
        `pending: ${context} (Tests are running)`,
        `success: ${context} (All tests passed)`,
      ]);
  });

  test('whose tests fail is red, in the answer and on the commit', () => {
    const { comment, run: broken } = played.broken;
    expect(broken.code).toBe(1);
    expect(resultsOf(broken)).toMatchObject({ plan: 'success', tests: 'failure', answer: 'success' });
    expect(broken.log.find('tests/unit/test')!.summary).toContain('Code: `tests-failed`');
    expect(comment.answers()).toEqual([expect.stringMatching(/### 🔴 Failed/)]);
    expect(statusesOf(stage.world.sandbox, comment.sha).at(-1)).toBe('failure: /test unit (Tests failed)');
  });

  test('that names the commit of a fork tests that commit', () => {
    const { comment, run: ofFork } = played.fork;
    expect(ofFork.code).toBe(0);
    expect(ofFork.log.find('tests/unit/test')!.lines).toContain(`HEAD is now at ${stage.world.branches.fork}`);
    expect(comment.answers()).toEqual([expect.stringMatching(/### 🟢 Passed/)]);
  });
});

describe('Nothing runs, the comment is answered and the commit gets no status', () => {
  test.each<[string, string, { readonly author?: string; readonly pull?: object }, RegExp]>([
    ['by someone who may not push', '/test unit', { author: 'stranger' }, /Not run[^]*your permission is `none`/],
    ['from a fork without its commit', '/test unit', { pull: fork }, /then write: `\/test unit [0-9a-f]{40}`/],
    ['with a typing error', '/test unti', {}, /`unti` is not an environment; did you mean `unit`\?/],
    ['that asks for the plan', '/plan unit cuda', {}, /Plan: nothing runs[^]*`unit`, `cuda`/],
  ])('for a comment %s', async (_, body, { author, pull = {} }, answer) => {
    const { sandbox } = stage.world;
    const [launches, statuses] = [countLaunches(), sandbox.github.statuses.length];
    const sha = `${sandbox.github.pulls.length}`.padStart(40, 'f');
    const comment = postComment(sandbox, addPull(sha, pull), body, author);
    const ran = await run(comment);
    expect(ran.code).toBe(0);
    expect(resultsOf(ran)).toEqual({ plan: 'success' });
    expect(comment.answers()).toEqual([expect.stringMatching(answer)]);
    expect(statusesOf(sandbox, sha)).toEqual([]);
    expect([countLaunches(), sandbox.github.statuses.length]).toEqual([launches, statuses]);
  });

  const countLaunches = (): number =>
    stage.world.sandbox.requests.filter(({ operation }) => operation === 'RunInstances').length;
});

test('all of it leaves nothing behind', () => expectNothingIsLeft(stage.world));
