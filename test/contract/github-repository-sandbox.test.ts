import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Octokit } from '@octokit/rest';
import { refusal, REPO, startGitHub, type GitHubSandbox } from '../worlds/sandbox/github.js';

let sandbox: GitHubSandbox;
let octokit: Octokit;

beforeEach(async () => {
  sandbox = await startGitHub();
  octokit = sandbox.octokit();
});

afterEach(() => sandbox.close());

describe('the repository', () => {
  test('has files as of a ref', async () => {
    sandbox.github.files.set('.github/ec2-runners.yml', 'now');
    sandbox.github.files.set(`${sandbox.github.sha}:.github/ec2-runners.yml`, 'then');
    const read = (changes: object) =>
      octokit.rest.repos.getContent({ ...REPO, path: '.github/ec2-runners.yml', ...changes });
    const raw = { mediaType: { format: 'raw' } };
    expect((await read({ ...raw, ref: sandbox.github.sha })).data).toBe('then');
    expect((await read({ ...raw, ref: 'main' })).data).toBe('then');
    const { content } = (await read({ ref: 'a'.repeat(40) })).data as { content: string };
    expect(Buffer.from(content, 'base64').toString()).toBe('now');
    expect((await refusal(read({ path: 'none' }))).status).toBe(404);
    expect((await refusal(read({ ref: 'no-branch' }))).status).toBe(404);
  });

  test('has runs, attempts and jobs, and cancels a run', async () => {
    const job = sandbox.github.queueJob({ labels: ['nobody'], steps: ['true'] });
    const run = { ...REPO, run_id: sandbox.github.runId };
    expect((await octokit.rest.actions.getWorkflowRun(run)).data).toMatchObject({
      status: 'in_progress',
      run_attempt: 1,
    });
    expect((await refusal(octokit.rest.actions.getWorkflowRunAttempt({ ...run, attempt_number: 2 }))).status).toBe(404);
    await octokit.rest.actions.cancelWorkflowRun(run);
    expect(await job.finished).toBe('cancelled');
    const { data } = await octokit.rest.actions.listJobsForWorkflowRun(run);
    expect(data.jobs).toMatchObject([{ id: job.id, status: 'completed', conclusion: 'cancelled', labels: ['nobody'] }]);
    expect((await octokit.rest.actions.getWorkflowRun(run)).data).toMatchObject({
      status: 'completed',
      conclusion: 'cancelled',
    });
    expect((await refusal(octokit.rest.actions.cancelWorkflowRun(run))).status).toBe(409);
  });

  test('has a log for every job', async () => {
    const job = sandbox.github.queueJob({ labels: ['nobody'], steps: ['true'] });
    job.append('a line\n');
    expect((await octokit.rest.actions.downloadJobLogsForWorkflowRun({ ...REPO, job_id: job.id })).data).toBe(
      'a line\n',
    );
  });
});

describe('the runner application', () => {
  const DEPRECATIONS = 'GET /repos/{owner}/{repo}/actions/runners/deprecations/{version}';
  const ask = async (version: string) =>
    (await octokit.request(DEPRECATIONS, { ...REPO, version })).data as Record<string, string>;

  test('is released with digests', async () => {
    const { data } = await octokit.rest.repos.getLatestRelease({ owner: 'actions', repo: 'runner' });
    expect(data.tag_name).toBe('v2.336.0');
    expect(data.assets.map(({ name, digest }) => `${name} ${digest?.slice(0, 7)}`)).toContain(
      'actions-runner-linux-arm64-2.336.0.tar.gz sha256:',
    );
    expect((await fetch(data.assets[0]?.browser_download_url ?? '')).status).toBe(200);
  });

  test('shows when each version is deprecated', async () => {
    expect(await ask('2.336.0')).toEqual({
      runner_version: '2.336.0',
      registration_deprecates_at: null,
      runtime_deprecates_at: null,
    });
    expect(Date.parse((await ask('2.335.0'))['runtime_deprecates_at'] ?? '')).toBeGreaterThan(Date.now());
    expect(Date.parse((await ask('2.334.0'))['runtime_deprecates_at'] ?? '')).toBeLessThan(Date.now());
    expect((await refusal(ask('0.0.1'))).status).toBe(404);
  });

  test('has no deprecations on an older server', async () => {
    const older = await startGitHub({ servesDeprecations: false });
    const { status } = await refusal(older.octokit().request(DEPRECATIONS, { ...REPO, version: '2.336.0' }));
    await older.close();
    expect(status).toBe(404);
  });
});
