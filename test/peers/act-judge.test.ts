/** The starter benchmark.yml on nektos/act: results are judged, suspicions confirmed, and one comment is kept. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { WorkflowEvent } from '../../sandbox/github/pull-requests.js';
import { KEYS, readStarter } from './act/comments.js';
import { BENCHMARK } from './act/repository.js';
import { expectNothingIsLeft, instancesOf, openStage, resultsOf } from './act/stage.js';
import type { Dispatch, DispatchedRun } from './act/world.js';

const stage = openStage();
const LONG_MS = 240_000;

/** What a project writes into both calls: phases, because they need no Docker. */
const PHASES = [
  'phases: |',
  `        - { name: measure, run: ${BENCHMARK}/measure.sh, measure: true }`,
  "      export: ''",
].join('\n');

interface Change {
  /** The commit of the pull request. */
  readonly ref: 'main' | 'slow';
  /** What the first machine adds to the head by chance. */
  readonly moreMs?: number;
  readonly threshold?: string;
}

/** @throws Error if the text lacks the part */
function replace(text: string, part: RegExp, by: string): string {
  if (text.search(part) < 0) throw new Error(`The starter has no ${part}.`);
  return text.replace(part, () => by);
}

function editStarter({ ref, moreMs = 0, threshold = '< 3.3' }: Change): string {
  // act has no event in a call that runs apart, from which the base could be read.
  const own = `${PHASES}\n      ref: ${ref}\n      base-ref: main`;
  const edits: readonly (readonly [RegExp, string])[] = [
    [/compose-on-ec2\.yml/g, 'phases-on-ec2.yml'],
    [/directory: benchmark\b.*/, `${own}\n      env: '{"HEAD_MORE_MS": "${moreMs}"}'`],
    [/directory: benchmark\b.*/, own],
    [/results: out\/\*\.json.*/g, 'results: $ARTIFACT_DIR/results.jsonl'],
    [/latency: '< 3\.3'/g, `latency: '${threshold}'`],
  ];
  return edits.reduce((text, [part, by]) => replace(text, part, by), readStarter('benchmark.yml', KEYS));
}

function openPull(): { readonly event: WorkflowEvent; readonly comments: () => readonly string[] } {
  const { github } = stage.world.sandbox;
  const { number, headSha } = github.addPull({ headSha: stage.world.branches.slow });
  const [owner, name] = github.repository.split('/');
  const repository = { full_name: github.repository, name, owner: { login: owner }, default_branch: 'main' };
  const payload = {
    action: 'synchronize',
    number,
    pull_request: { number, head: { sha: headSha, repo: repository }, base: { ref: 'main', repo: repository } },
    repository,
  };
  return {
    event: { name: 'pull_request', payload },
    comments: () => github.comments.filter((one) => one.number === number).map(({ body }) => body),
  };
}

/** GitHub's own token of a job: what it writes is from github-actions[bot]. The starter grants it one permission. */
const TOKEN = 'ghs_job';
beforeAll(() => {
  const permissions = { pull_requests: 'write' } as const;
  stage.world.sandbox.github.addToken({ token: TOKEN, kind: 'actions', permissions });
});

const run = (change: Change, how: Partial<Dispatch> = {}): Promise<DispatchedRun> =>
  stage.dispatch({
    workflow: 'benchmark.yml',
    callers: { 'benchmark.yml': editStarter(change) },
    calls: 'apart',
    secrets: { GITHUB_TOKEN: TOKEN },
    ...how,
  });

describe('A pull request', () => {
  test(
    'that is as fast as its base is green on one machine, with one comment',
    async () => {
      const { event, comments } = openPull();
      const ran = await run({ ref: 'main' }, { event });
      expect(ran.code).toBe(0);
      const results = resultsOf(ran);
      expect(results).toMatchObject({ benchmark: 'success', 'benchmark/judge': 'success', comment: 'success' });
      expect(results).not.toHaveProperty('confirm');
      expect(ran.log.find('benchmark/judge')!.outputs['judge']).toMatchObject({ passed: 'true', suspected: '[]' });
      expect(ran.log.find('benchmark/judge')!.summary).toContain('latency');
      expect(instancesOf(stage.world, ran)).toHaveLength(1);
      expect(comments()).toEqual([expect.stringContaining('latency')]);
      await expectNothingIsLeft(stage.world);
    },
    LONG_MS,
  );

  test(
    'that is slower on a second machine, too, is red, and the comment of the first run is edited',
    async () => {
      const { event, comments } = openPull();
      const first = await run({ ref: 'main', moreMs: 300 }, { event });
      expect(first.code).toBe(0);
      expect(resultsOf(first)).toMatchObject({
        'benchmark/judge': 'success',
        'confirm/judge': 'success',
        comment: 'success',
      });
      expect(first.log.find('benchmark/judge')!.outputs['judge']).toMatchObject({ suspected: '["latency"]' });
      expect(first.log.find('confirm/judge')!.outputs['judge']).toMatchObject({ passed: 'true', regressions: '[]' });
      expect(instancesOf(stage.world, first)).toHaveLength(2);
      const [green] = comments();

      const second = await run({ ref: 'slow' }, { event });
      expect(second.code).toBe(1);
      expect(resultsOf(second)).toMatchObject({
        benchmark: 'success',
        'benchmark/judge': 'success',
        confirm: 'failure',
        'confirm/test': 'success',
        'confirm/judge': 'failure',
        'confirm/stop': 'success',
        comment: 'success',
      });
      expect(second.log.find('confirm/judge')!.outputs['judge']).toMatchObject({
        passed: 'false',
        regressions: '["latency"]',
      });
      expect(second.log.find('confirm')!.outputs['call']).toMatchObject({ verdict: 'failed', judgement: 'failed' });
      expect(comments()).toHaveLength(1);
      expect(comments()).not.toEqual([green]);
      await expectNothingIsLeft(stage.world);
    },
    LONG_MS,
  );
});

test(
  'A push is judged by thresholds alone: without a comment, and red at once',
  async () => {
    const push = { event: { name: 'push', payload: {} } } as const;
    const ran = await run({ ref: 'main', threshold: '< 1' }, push);
    expect(ran.code).toBe(1);
    const results = resultsOf(ran);
    expect(results).toMatchObject({ 'benchmark/test': 'success', 'benchmark/judge': 'failure' });
    expect(results).not.toHaveProperty('confirm');
    expect(results).not.toHaveProperty('comment');
    expect(ran.log.find('benchmark')!.outputs['call']).toMatchObject({
      verdict: 'failed',
      judgement: 'failed',
      reason: expect.stringContaining('latency'),
    });
    await expectNothingIsLeft(stage.world);
  },
  LONG_MS,
);
