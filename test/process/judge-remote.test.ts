/** judge-results with GitHub and S3 on loopback: one comment that is edited, and a history in a bucket. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startSandbox, type Fault, type Sandbox } from '../../sandbox/sandbox.js';
import type { Step, StepResult } from '../../sandbox/step.js';
import { createRawS3 } from '../worlds/raw-s3.js';
import { errorOf, logOf } from '../worlds/sandbox/scene.js';
import { findObjections } from '../worlds/sandbox/step-checks.js';
import { JudgeStage } from './judge-stage.js';
import { codeOf } from './test-stage.js';

let stage: JudgeStage;
let sandbox: Sandbox;
beforeEach(async () => {
  stage = new JudgeStage();
  mkdirSync(join(stage.directory, 'home'));
  sandbox = await startSandbox({ machines: false });
});
afterEach(async () => {
  expect(findObjections(sandbox.requests)).toEqual([]);
  await sandbox.close();
  stage.close();
});

const judge = (inputs: Step['inputs'], how: Partial<Step> = {}): Promise<StepResult> =>
  stage.judge(
    { 'github-token': sandbox.token, ...inputs },
    { ...how, environment: { ...sandbox.environment, ...how.environment } },
  );

const write = (value: number): void =>
  stage.writeLines('r.jsonl', [{ name: 'latency', value, unit: 'ms', better: 'lower' }]);

describe('A comment', () => {
  const commented = (inputs: Step['inputs'], number: number): Promise<StepResult> =>
    judge(inputs, {
      event: {
        name: 'pull_request',
        payload: { pull_request: { number, base: { ref: 'main' } }, repository: { default_branch: 'main' } },
      },
    });
  const bodies = () => sandbox.github.comments.map(({ body }) => body);
  const inputs = { results: 'r.jsonl', thresholds: 'latency: "< 3"', comment: 'true' };

  test('is posted by the first run and edited by later ones, also of a red verdict', async () => {
    const { number } = sandbox.github.addPull();
    sandbox.github.addComment({ number, body: 'Please measure this.' });
    write(2);
    const first = await commented(inputs, number);
    expect([errorOf(first), first.code]).toEqual(['', 0]);
    expect(logOf(first)).toContain(`Posted a comment on pull request #${number}.`);
    write(4);
    const second = await commented(inputs, number);
    expect([second.code, codeOf(second)]).toEqual([1, 'results-worse']);
    expect(logOf(second)).toContain(`Edited the comment on pull request #${number}.`);
    expect(bodies()).toEqual([
      'Please measure this.',
      expect.stringContaining('🔴 benchmark: failed. 1 metric is beyond the threshold: latency.'),
    ]);
    expect(bodies()[1]).toContain('/actions/runs/');
  });

  test('of another name is another comment, and a person cannot take its place', async () => {
    const { number } = sandbox.github.addPull();
    write(2);
    const { outputs } = await commented(inputs, number);
    const [marker] = outputs['comment']!.split('\n');
    const other = sandbox.github.addPull().number;
    sandbox.github.addComment({ number: other, body: `${marker!} mine`, author: 'stranger' });
    await commented(inputs, other);
    await commented({ ...inputs, name: 'second' }, other);
    expect(bodies()).toHaveLength(4);
    expect(bodies()[1]).toBe(`${marker!} mine`);
  });

  test('that cannot be posted is a warning, and the verdict stays', async () => {
    const { number } = sandbox.github.addPull();
    sandbox.intercept = ({ operation }): Fault | undefined =>
      operation.startsWith('POST')
        ? { kind: 'status', status: 403, message: 'Resource not accessible by integration' }
        : undefined;
    write(2);
    const result = await commented(inputs, number);
    expect([result.code, result.outputs['passed']]).toEqual([0, 'true']);
    expect(logOf(result)).toMatch(/::warning::The verdict is not on the pull request: .*pull-requests: write/s);
  });

  test('is posted for jobs that may not, joined, and edited by the next run', async () => {
    const { number } = sandbox.github.addPull();
    write(2);
    const a = await judge({ results: 'r.jsonl', thresholds: 'latency: "< 3"', name: 'a' });
    const b = await judge({ results: 'r.jsonl', thresholds: 'latency: "< 1"', name: 'b' });
    const post = [a, b].map(({ outputs }) => outputs['comment']!).join('\n\n');
    for (let run = 0; run < 2; run++) {
      const posted = await commented({ post }, number);
      expect([errorOf(posted), posted.code]).toEqual(['', 0]);
    }
    expect(bodies()).toEqual([expect.stringMatching(/🔴 b: failed[^]*🟢 a: passed/)]);
    const other = await commented({ post: 'Merge this, @everyone' }, number);
    expect([other.code, codeOf(other)]).toEqual([1, 'bad-input']);
    const none = await judge({ post });
    expect([none.code, logOf(none)]).toEqual([0, expect.stringContaining('this run is not about a pull request')]);
  });
});

describe('A history in S3', () => {
  const inputs = { results: 'r.jsonl', history: 's3://ci-results/bench/history.jsonl', 'require-thresholds': 'false' };

  test('gets every run, of several writers at once', async () => {
    await createRawS3(sandbox.awsUrl).createBucket('ci-results', 'eu-west-1');
    write(100);
    const ids = ['1', '2', '3', '4'];
    const results = await Promise.all(ids.map((id) => judge(inputs, { environment: { GITHUB_RUN_ID: id } })));
    expect(results.map((one) => [errorOf(one), one.code])).toEqual(ids.map(() => ['', 0]));
    const last = await judge({ ...inputs, record: 'never' }, { environment: { GITHUB_RUN_ID: '5' } });
    expect(last.summary).toContain('Compared with 4 runs of main, ');
  });

  test('that cannot be read is red before anything is judged, and names the permission', async () => {
    await createRawS3(sandbox.awsUrl).createBucket('ci-results');
    write(100);
    await judge(inputs);
    sandbox.intercept = ({ operation }): Fault | undefined =>
      operation === 'GetObject' ? { kind: 'status', status: 403, code: 'AccessDenied' } : undefined;
    write(100);
    const result = await judge(inputs);
    expect([result.code, codeOf(result), result.outputs['passed']]).toEqual([1, 'aws-not-authorized', 'false']);
    expect(errorOf(result)).toContain('s3:GetObject');
  });
});
