import type { SandboxResponse } from '../../http.js';
import { GitHubError, notFound } from '../world/errors.js';
import type { Job } from '../world/jobs.js';
import type { Repository, Run } from '../world/records.js';
import { renderRelease, renderRunnerRelease } from './releases.js';
import { renderCommit, renderFile, renderRepository } from './repository-shapes.js';
import { json, page, type Call, type Route } from './routes.js';
import { listRuns } from './run-listing.js';
import { renderJob, renderRun } from './run-shapes.js';

const REPOSITORY = '/repos/{owner}/{repo}';
const RUNS = `${REPOSITORY}/actions/runs`;
const RUN = `${RUNS}/{run_id}`;
const JOB = `${REPOSITORY}/actions/jobs/{job_id}`;
const READ_ACTIONS = { permission: 'actions', level: 'read' } as const;
const WRITE_ACTIONS = { permission: 'actions', level: 'write' } as const;
const READ_CONTENTS = { permission: 'contents', level: 'read' } as const;
const READ_METADATA = { permission: 'metadata', level: 'read' } as const;

/** Repositories with their files, commits, runs and jobs, and the releases of the runner. */
export const repositoryRoutes: readonly Route[] = [
  { method: 'GET', template: REPOSITORY, access: READ_METADATA, handle: getRepository },
  { method: 'GET', template: `${REPOSITORY}/contents/{path}`, access: READ_CONTENTS, handle: getContents },
  { method: 'GET', template: `${REPOSITORY}/commits/{ref}`, access: READ_CONTENTS, handle: getCommit },
  { method: 'GET', template: `${REPOSITORY}/releases/latest`, access: 'public', handle: getRelease },
  { method: 'GET', template: `${REPOSITORY}/releases/tags/{tag}`, access: 'public', handle: getRelease },
  { method: 'GET', template: RUNS, access: READ_ACTIONS, handle: (call) => listRuns(call, repositoryOf(call)) },
  { method: 'GET', template: RUN, access: READ_ACTIONS, handle: getRun },
  { method: 'GET', template: `${RUN}/attempts/{attempt_number}`, access: READ_ACTIONS, handle: getRun },
  { method: 'GET', template: `${RUN}/jobs`, access: READ_ACTIONS, handle: listJobs },
  { method: 'GET', template: `${RUN}/attempts/{attempt_number}/jobs`, access: READ_ACTIONS, handle: listJobs },
  { method: 'POST', template: `${RUN}/cancel`, access: WRITE_ACTIONS, handle: cancelRun },
  { method: 'POST', template: `${RUN}/force-cancel`, access: WRITE_ACTIONS, handle: cancelRun },
  { method: 'GET', template: JOB, access: READ_ACTIONS, handle: getJob },
  { method: 'GET', template: `${JOB}/logs`, access: READ_ACTIONS, handle: getLogs },
];

export function repositoryOf(call: Call): Repository {
  const wanted = `${call.params['owner']}/${call.params['repo']}`.toLowerCase();
  const repository = call.state.repositories.find(({ name }) => name.toLowerCase() === wanted);
  if (!repository) throw notFound();
  return repository;
}

function getRepository(call: Call): SandboxResponse {
  return json(200, renderRepository(repositoryOf(call), call.baseUrl));
}

/** The commit of a branch or tag that was set. A full commit id always exists. */
function resolveRef(call: Call, ref: string): string | undefined {
  return (
    call.state.refs.get(ref.replace(/^refs\/(heads|tags)\//, '')) ?? (/^[0-9a-f]{40}$/.test(ref) ? ref : undefined)
  );
}

function getContents(call: Call): SandboxResponse {
  const repository = repositoryOf(call);
  const path = call.params['path'] ?? '';
  const ref = call.request.query.get('ref') || repository.defaultBranch;
  const commit = resolveRef(call, ref);
  if (!commit) throw new GitHubError(404, `No commit found for the ref ${ref}`);
  const { files } = call.state;
  const text = files.get(`${ref}:${path}`) ?? files.get(`${commit}:${path}`) ?? files.get(path);
  const inFolder = [...files].filter(([name]) => path !== '' && name.startsWith(`${path}/`));
  if (text === undefined && inFolder.length > 0) {
    const list = inFolder.map(([name, one]) => renderFile({ path: name, text: one, ref }, repository, call.baseUrl));
    return json(200, list);
  }
  if (text === undefined) throw notFound();
  if (/\braw\b/.test(call.request.headers['accept'] ?? '')) {
    return { status: 200, headers: { 'content-type': 'application/vnd.github.raw+json; charset=utf-8' }, body: text };
  }
  return json(200, renderFile({ path, text, ref }, repository, call.baseUrl));
}

function getCommit(call: Call): SandboxResponse {
  const repository = repositoryOf(call);
  const ref = call.params['ref'] ?? '';
  const sha = resolveRef(call, ref);
  if (!sha) throw new GitHubError(422, `No commit found for SHA: ${ref}`);
  return json(200, renderCommit(sha, repository, call.baseUrl));
}

async function getRelease(call: Call): Promise<SandboxResponse> {
  const { owner, repo, tag } = call.params;
  const other = tag === undefined && call.state.otherReleases.get(`${owner}/${repo}`);
  if (other) return json(200, renderRelease(`${owner}/${repo}`, { tag: other, assets: [] }, call.baseUrl));
  const version = tag?.replace(/^v/, '') ?? call.state.runnerVersion;
  if (`${owner}/${repo}` !== 'actions/runner' || !call.state.versions.has(version)) throw notFound();
  return json(200, await renderRunnerRelease(version, call.baseUrl));
}

function runOf(call: Call): Run {
  const run = call.state.runs.get(Number(call.params['run_id']));
  const attempt = call.params['attempt_number'];
  if (run?.repository !== repositoryOf(call).name || (attempt && Number(attempt) > run.attempt)) throw notFound();
  // An earlier attempt is always completed, because there is a later one.
  const earlier = attempt && Number(attempt) < run.attempt;
  return earlier ? { ...run, attempt: Number(attempt), status: 'completed', conclusion: 'failure' } : run;
}

function getRun(call: Call): SandboxResponse {
  return json(200, renderRun(runOf(call), repositoryOf(call), call.baseUrl));
}

function listJobs(call: Call): SandboxResponse {
  const run = runOf(call);
  const all = call.state.board
    .all()
    .filter(({ request }) => request.runId === run.id && request.runAttempt === run.attempt);
  const { items, headers } = page(call, all);
  return json(200, { total_count: all.length, jobs: items.map((job) => renderJob(job, run, call.baseUrl)) }, headers);
}

function cancelRun(call: Call): SandboxResponse {
  const run = call.state.runs.get(runOf(call).id);
  if (!run || run.status === 'completed') throw new GitHubError(409, 'Cannot cancel a workflow run that is completed.');
  const jobs = call.state.board.all().filter((job) => job.request.runId === run.id && job.status !== 'completed');
  for (const job of jobs) job.cancel();
  const over = () => Object.assign(run, { status: 'completed', conclusion: 'cancelled' });
  void Promise.all(jobs.map((job) => job.finished)).then(over);
  return json(202, {});
}

function jobOf(call: Call): { job: Job; run: Run } {
  const job = call.state.board.find(Number(call.params['job_id']));
  const run = job && call.state.runs.get(job.request.runId);
  if (!run || job.request.repository !== repositoryOf(call).name) throw notFound();
  return { job, run };
}

function getJob(call: Call): SandboxResponse {
  const { job, run } = jobOf(call);
  return json(200, renderJob(job, run, call.baseUrl));
}

function getLogs(call: Call): SandboxResponse {
  const { job } = jobOf(call);
  return { status: 302, headers: { location: `${call.baseUrl}/_download/logs/${job.id}` }, body: '' };
}
