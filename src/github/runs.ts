import type { AttemptState, RunJob } from '../core/ports/github.js';
import { toCall, type Connection } from './connection.js';
import { isRecord, readList } from './json.js';
import { readAll } from './pages.js';
import { actionsPermission } from './scope.js';

export interface RunAttempt {
  /** `owner/repo` */
  readonly repository: string;
  readonly runId: string;
  readonly attempt: string;
}

/**
 * See {@link ReaperGitHub.readRunAttempt}. A 404 may also mean that the token cannot read the repository. It counts as
 * "no such attempt" only when the repository itself can be read.
 */
export async function readRunAttempt(connection: Connection, run: RunAttempt): Promise<AttemptState> {
  const [owner, repo] = run.repository.split('/');
  const permission = actionsPermission(run.repository);
  const state = await connection.requests.ask(
    toCall(connection, {
      route: 'GET /repos/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt_number}',
      parameters: {
        owner,
        repo,
        run_id: run.runId,
        attempt_number: run.attempt,
        // The lists of pull requests are not needed.
        exclude_pull_requests: true,
      },
      permission,
      read: ({ data }) => readState(data),
      expected: ({ status }) => (status === 404 ? ('absent' as const) : undefined),
    }),
  );
  if (state !== 'absent') return state;
  await connection.requests.ask(
    toCall(connection, {
      route: 'GET /repos/{owner}/{repo}',
      parameters: { owner, repo },
      permission,
      read: ({ data }) => (isRecord(data) && typeof data['full_name'] === 'string' ? data : undefined),
    }),
  );
  return 'unknown';
}

/** GitHub has many states for an active run (`queued`, `waiting`, …) and one for a completed run. */
function readState(data: unknown): AttemptState | undefined {
  if (!isRecord(data) || typeof data['status'] !== 'string') return undefined;
  return data['status'] === 'completed' ? 'completed' : 'active';
}

/** See {@link StopGitHub.listRunJobs}. */
export function listRunJobs(connection: Connection, run: RunAttempt): Promise<readonly RunJob[]> {
  const [owner, repo] = run.repository.split('/');
  return readAll(connection, {
    route: 'GET /repos/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt_number}/jobs',
    parameters: { owner, repo, run_id: run.runId, attempt_number: run.attempt },
    permission: actionsPermission(run.repository),
    property: 'jobs',
    mustBeWhole: true,
    readItem: readJob,
  });
}

function readJob(data: unknown): RunJob | undefined {
  if (!isRecord(data)) return undefined;
  const { id, name, status, labels, runner_name: runnerName, conclusion } = data;
  const read = readList(labels, (label) => (typeof label === 'string' ? label : undefined));
  if (typeof id !== 'number' || typeof name !== 'string' || typeof status !== 'string' || !read) return undefined;
  return {
    id,
    name,
    status,
    labels: read,
    ...(typeof runnerName === 'string' && runnerName !== '' && { runnerName }),
    ...(typeof conclusion === 'string' && { conclusion }),
    ...readTime('startedAt', data['started_at']),
    ...readTime('completedAt', data['completed_at']),
  };
}

function readTime(name: 'startedAt' | 'completedAt', text: unknown): { startedAt?: number; completedAt?: number } {
  const time = typeof text === 'string' ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? {} : { [name]: time };
}
