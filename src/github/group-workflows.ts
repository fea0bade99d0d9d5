import { toCall, type Connection } from './connection.js';
import { isReadDenied } from './failures.js';
import { isRecord } from './json.js';
import { actionsPermission } from './scope.js';

/** A workflow file and where it was taken from. */
interface WorkflowSource {
  /** `owner/repo/.github/workflows/file.yml` */
  readonly path: string;
  /** Branches and tags by every name they have here, and the commit. */
  readonly refs: readonly string[];
}

/**
 * Whether a job of this run may use a group that is limited to these workflows. GitHub counts the file in which a job
 * is defined. That may be a workflow that the run's own one calls, which only the run itself tells.
 */
export async function isAllowedWorkflow(
  connection: Connection,
  selected: readonly string[],
): Promise<boolean | 'unknown'> {
  const { job } = connection;
  if (job === undefined || job.workflowRef === '') return 'unknown';
  const own = toSource(job.workflowRef, [job.workflowSha]);
  if (selected.some((one) => isSame(one, own))) return true;
  const called = await listCalled(connection, job.runId);
  if (called === 'unknown') return 'unknown';
  return called.some((source) => selected.some((one) => isSame(one, source)));
}

async function listCalled(connection: Connection, runId: string): Promise<readonly WorkflowSource[] | 'unknown'> {
  const { owner, repo } = connection.repository;
  try {
    return await connection.requests.ask(
      toCall(connection, {
        route: 'GET /repos/{owner}/{repo}/actions/runs/{run_id}',
        parameters: { owner, repo, run_id: runId, exclude_pull_requests: true },
        permission: actionsPermission(`${owner}/${repo}`),
        read: ({ data }) => (isRecord(data) ? readCalled(data['referenced_workflows']) : undefined),
      }),
    );
  } catch (error) {
    if (isReadDenied(error)) return 'unknown';
    throw error;
  }
}

function readCalled(listed: unknown): readonly WorkflowSource[] {
  if (!Array.isArray(listed)) return [];
  return listed.flatMap((one: unknown) =>
    isRecord(one) && typeof one['path'] === 'string' ? [toSource(one['path'], [one['sha'], one['ref']])] : [],
  );
}

/** @param given `path@ref`, as GITHUB_WORKFLOW_REF has it */
function toSource(given: string, further: readonly unknown[]): WorkflowSource {
  const [path, ref] = split(given);
  const refs = [ref, ...further].filter((one) => typeof one === 'string').filter((one) => one !== '');
  return { path, refs: refs.flatMap((one) => [one, one.replace(/^refs\/(heads|tags)\//, '')]) };
}

function isSame(selected: string, source: WorkflowSource): boolean {
  const [path, ref] = split(selected);
  return path === source.path && (ref === '' || source.refs.includes(ref.replace(/^refs\/(heads|tags)\//, '')));
}

/** Owners and repositories have no case; neither matters for telling two files apart. */
function split(given: string): [path: string, ref: string] {
  const at = given.indexOf('@');
  return at < 0 ? [given.toLowerCase(), ''] : [given.slice(0, at).toLowerCase(), given.slice(at + 1)];
}
