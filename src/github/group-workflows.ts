import { toCall, type Connection } from './connection.js';
import { isReadDenied } from './failures.js';
import { isRecord } from './json.js';
import { actionsPermission } from './scope.js';

/** A workflow file at a ref. */
interface WorkflowSource {
  /** `owner/repo/.github/workflows/file.yml` */
  readonly path: string;
  /** The branch or tag, as full and short name, and the commit. */
  readonly refs: readonly string[];
}

/**
 * Whether a job of this run may use a group that is limited to the selected workflows. The file that defines the job
 * must be selected. It may be a workflow that the run's own workflow calls; only the API's data on the run lists those.
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

/** @param pathAtRef `path@ref`, as in GITHUB_WORKFLOW_REF */
function toSource(pathAtRef: string, further: readonly unknown[]): WorkflowSource {
  const [path, ref] = split(pathAtRef);
  const refs = [ref, ...further].filter((one) => typeof one === 'string').filter((one) => one !== '');
  return { path, refs: refs.flatMap((one) => [one, one.replace(/^refs\/(heads|tags)\//, '')]) };
}

function isSame(selected: string, source: WorkflowSource): boolean {
  const [path, ref] = split(selected);
  return path === source.path && (ref === '' || source.refs.includes(ref.replace(/^refs\/(heads|tags)\//, '')));
}

/** Paths are compared in lower case, because GitHub ignores the case of owners and repositories. */
function split(pathAtRef: string): [path: string, ref: string] {
  const at = pathAtRef.indexOf('@');
  return at < 0 ? [pathAtRef.toLowerCase(), ''] : [pathAtRef.slice(0, at).toLowerCase(), pathAtRef.slice(at + 1)];
}
