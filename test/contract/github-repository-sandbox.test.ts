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

  test('lists its runs, newest first, by what they are and when they came', async () => {
    const { github } = sandbox;
    const first = github.runId;
    const failed = github.addRun({ event: 'schedule', status: 'completed', conclusion: 'failure' }).id;
    const onBranch = github.addRun({ branch: 'topic' }).id;
    const old = github.addRun({ status: 'queued' }).id;
    github.runs.set(old, { ...github.runs.get(old)!, createdAt: Date.parse('2026-01-31T12:00:00Z') });
    const list = async (query: object): Promise<number[]> => {
      const { data } = await octokit.rest.actions.listWorkflowRunsForRepo({ ...REPO, ...query });
      return data.workflow_runs.map(({ id }) => id);
    };
    const [all, none] = [[onBranch, failed, first, old], [] as number[]];
    const cases: [object, number[]][] = [
      [{}, all],
      [{ per_page: 3, page: 2 }, [old]],
      [{ status: 'failure' }, [failed]],
      [{ status: 'completed', event: 'schedule' }, [failed]],
      [{ status: 'queued' }, [old]],
      [{ event: 'push', branch: 'main' }, [first, old]],
      [{ branch: 'topic' }, [onBranch]],
      [{ actor: 'octocat' }, all],
      [{ actor: 'hubot' }, none],
      [{ head_sha: 'f'.repeat(40) }, none],
      [{ created: '2026-01-31' }, [old]],
      [{ created: '<=2026-01-30' }, none],
      [{ created: '<2026-01-31T12:00:01Z' }, [old]],
      [{ created: '>2026-01-31' }, [onBranch, failed, first]],
      [{ created: '>=2026-01-31' }, all],
      [{ created: '2026-01-01..2026-02-01' }, [old]],
      [{ created: '*..2026-01-31' }, [old]],
      [{ created: '2026-02-01..*' }, [onBranch, failed, first]],
    ];
    for (const [query, ids] of cases) expect([query, await list(query)]).toEqual([query, ids]);
    const { data } = await octokit.rest.actions.listWorkflowRunsForRepo({ ...REPO, per_page: 1 });
    expect(data.total_count).toBe(4);
    const { data: ofFile } = await octokit.rest.actions.listWorkflowRuns({ ...REPO, workflow_id: 'ci.yml' });
    expect(ofFile.total_count).toBe(4);
    const other = octokit.rest.actions.listWorkflowRuns({ ...REPO, workflow_id: 'none.yml' });
    expect((await refusal(other)).status).toBe(404);
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
