import type { Job } from '../world/jobs.js';
import type { Repository, Run } from '../world/records.js';
import { EPOCH, nodeId, renderMinimalRepository } from './repository-shapes.js';

/** Every run is one of this workflow. */
export const WORKFLOW = { id: 1, name: 'CI', path: '.github/workflows/ci.yml' } as const;

function time(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}

function renderHeadCommit({ headSha }: Run) {
  const person = { name: 'Mona', email: 'mona@example.com' };
  return { id: headSha, tree_id: headSha, message: 'A commit', timestamp: EPOCH, author: person, committer: person };
}

export function renderRun(run: Run, repository: Repository, baseUrl: string) {
  const url = `${baseUrl}/repos/${repository.name}/actions/runs/${run.id}`;
  const workflowUrl = `${baseUrl}/repos/${repository.name}/actions/workflows/${WORKFLOW.id}`;
  const minimal = renderMinimalRepository(repository, baseUrl);
  const parts = ['jobs', 'logs', 'artifacts'].map((part) => [`${part}_url`, `${url}/${part}`]);
  return {
    id: run.id,
    node_id: nodeId('Run', run.id),
    name: WORKFLOW.name,
    head_branch: run.headBranch,
    head_sha: run.headSha,
    path: WORKFLOW.path,
    run_number: 1,
    run_attempt: run.attempt,
    event: run.event ?? 'push',
    status: run.status,
    conclusion: run.conclusion,
    workflow_id: WORKFLOW.id,
    url,
    html_url: `${baseUrl}/${repository.name}/actions/runs/${run.id}`,
    pull_requests: [],
    created_at: time(run.createdAt),
    updated_at: time(Date.now()),
    run_started_at: time(run.createdAt),
    ...Object.fromEntries(parts),
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    check_suite_url: `${baseUrl}/repos/${repository.name}/check-suites/1`,
    workflow_url: workflowUrl,
    head_commit: renderHeadCommit(run),
    repository: minimal,
    head_repository: minimal,
    referenced_workflows: (run.calls ?? []).map((path) => ({ path, sha: run.headSha })),
    display_title: 'A commit',
  };
}

export function renderJob(job: Job, run: Run, baseUrl: string) {
  const repository = job.request.repository;
  const url = `${baseUrl}/repos/${repository}/actions`;
  return {
    id: job.id,
    run_id: run.id,
    run_url: `${url}/runs/${run.id}`,
    run_attempt: job.request.runAttempt,
    node_id: nodeId('Job', job.id),
    head_sha: run.headSha,
    url: `${url}/jobs/${job.id}`,
    html_url: `${baseUrl}/${repository}/actions/runs/${run.id}/job/${job.id}`,
    status: job.status,
    conclusion: job.conclusion,
    created_at: time(job.createdAt),
    started_at: time(job.startedAt ?? job.createdAt),
    completed_at: job.completedAt === undefined ? null : time(job.completedAt),
    name: job.name,
    steps: job.steps,
    check_run_url: `${baseUrl}/repos/${repository}/check-runs/${job.id}`,
    labels: job.request.labels,
    runner_id: job.runner?.id ?? null,
    runner_name: job.runner?.name ?? null,
    runner_group_id: job.runner?.groupId ?? null,
    runner_group_name: job.runner ? 'Default' : null,
    workflow_name: WORKFLOW.name,
    head_branch: run.headBranch,
  };
}
