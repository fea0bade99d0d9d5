import * as advice from '../core/kernel/advice.js';
import { Failure } from '../core/kernel/failure.js';
import type { RunnerGroup } from '../core/ports/github.js';
import { toCall, type Connection } from './connection.js';
import { isReadDenied } from './failures.js';
import { isAllowedWorkflow } from './group-workflows.js';
import { isRecord } from './json.js';
import { readAll } from './pages.js';
import type { Answer } from './request.js';

/** The group that every repository, organization and enterprise has. */
const DEFAULT_GROUP = { id: 1, name: 'Default' };
/** How many names an error lists. */
const NAMES_SHOWN = 20;

/** A runner group and who may use it. A right is `undefined` when the server does not report it. */
interface Group {
  readonly id: number;
  readonly name: string;
  readonly isDefault: boolean;
  /**
   * Which repositories (in an enterprise: organizations) may use it: `all`, `selected`, or `private` (all but public).
   */
  readonly visibility: string | undefined;
  readonly allowsPublic: boolean | undefined;
  /** The only workflows whose jobs may use it; `undefined` when all may. */
  readonly workflows: readonly string[] | undefined;
}

/**
 * See {@link GitHub.resolveGroup}. Names are compared case-insensitively.
 *
 * @throws Failure `bad-input` for a group that does not exist, `runner-group-unusable`, or `github-*`
 */
export async function resolveGroup(connection: Connection, nameOrId: string | undefined): Promise<RunnerGroup> {
  const wanted = nameOrId?.trim();
  const { name: scope } = connection.paths;
  if (connection.paths.groups === undefined) return { id: resolveInRepository(wanted, scope) };
  const isWanted = (group: Group) =>
    wanted === undefined
      ? group.isDefault
      : /^\d+$/.test(wanted)
        ? group.id === Number(wanted)
        : sameName(group.name, wanted);
  try {
    const found = (await list(connection, filterByRequester(connection))).find(isWanted);
    if (found) return await checkUse(connection, found);
    const all = await list(connection, {});
    const hidden = all.find(isWanted);
    if (hidden) return await checkHidden(connection, hidden);
    if (wanted !== undefined) throw unknownGroup(wanted, scope, all);
    return { id: DEFAULT_GROUP.id, doubt: `GitHub lists no default runner group in ${scope}.` };
  } catch (error) {
    if (!isReadDenied(error) || (wanted !== undefined && !/^\d+$/.test(wanted))) throw error;
    const id = Number(wanted ?? DEFAULT_GROUP.id);
    return { id, doubt: `Whether runner group ${id} may be used here could not be checked: ${error.message}` };
  }
}

function resolveInRepository(wanted: string | undefined, scope: string): number {
  const { id, name } = DEFAULT_GROUP;
  if (wanted === undefined || wanted === String(id) || sameName(wanted, name)) return id;
  throw new Failure('bad-input', `There is no runner group \`${wanted}\` in ${scope}: a repository has only Default.`, {
    hint: 'Leave `runner-group` empty, or set `runner-scope` to `org` or `enterprise`, where the group is.',
  });
}

/** GitHub's filter for the groups that this repository may use. A server without the filter lists all groups. */
function filterByRequester({ repository, paths }: Connection): Readonly<Record<string, string>> {
  return paths.groups?.startsWith('/orgs/')
    ? { visible_to_repository: repository.repo }
    : { visible_to_organization: repository.owner };
}

function list(connection: Connection, parameters: Readonly<Record<string, string>>): Promise<readonly Group[]> {
  const route = `GET ${connection.paths.groups}`;
  return readAll(connection, { route, parameters, property: 'runner_groups', readItem: readGroup });
}

/** Checks a group that the filtered list lacks. Without a known reason, the group is not refused. */
async function checkHidden(connection: Connection, group: Group): Promise<RunnerGroup> {
  const requester = describeRequester(connection);
  if (group.visibility === 'selected') {
    throw unusable(group, `it is for selected repositories or organizations, and ${requester} is not among them`);
  }
  const checked = await checkUse(connection, group);
  return { doubt: `GitHub does not list runner group ${group.name} as usable by ${requester}.`, ...checked };
}

/** @throws Failure `runner-group-unusable` */
async function checkUse(connection: Connection, group: Group): Promise<RunnerGroup> {
  const doubts: string[] = [];
  if (group.allowsPublic === false || group.visibility === 'private') {
    const isPublic = connection.job?.isPublic ?? (await readIsPublic(connection));
    if (isPublic === 'unknown')
      doubts.push('whether the repository is public (the group is closed to public repositories)');
    if (isPublic === true)
      throw unusable(group, `it is closed to public repositories, and ${describeRequester(connection)} is one`);
  }
  if (group.workflows) {
    const allowed = await isAllowedWorkflow(connection, group.workflows);
    if (allowed === false) {
      const only = group.workflows.slice(0, NAMES_SHOWN).join(', ') || 'none';
      throw unusable(group, `it accepts only jobs of selected workflows (${only}), and this run uses none of them`);
    }
    if (allowed === 'unknown') doubts.push("whether this job's workflow is one of the group's selected workflows");
  }
  const { id, name } = group;
  if (doubts.length === 0) return { id, name };
  return { id, name, doubt: `Runner group ${group.name} could not be checked: ${doubts.join('; ')}.` };
}

async function readIsPublic(connection: Connection): Promise<boolean | 'unknown'> {
  const { owner, repo } = connection.repository;
  try {
    const { isPublic } = await connection.requests.ask(
      toCall(connection, { route: 'GET /repos/{owner}/{repo}', parameters: { owner, repo }, read: readVisibility }),
    );
    return isPublic;
  } catch (error) {
    if (isReadDenied(error)) return 'unknown';
    throw error;
  }
}

function readVisibility({ data }: Answer): { isPublic: boolean } | undefined {
  return isRecord(data) && typeof data['private'] === 'boolean' ? { isPublic: !data['private'] } : undefined;
}

function readGroup(data: unknown): Group | undefined {
  if (!isRecord(data) || typeof data['id'] !== 'number' || typeof data['name'] !== 'string') return undefined;
  const { id, name, visibility, default: isDefault, allows_public_repositories: allowsPublic } = data;
  const selected = data['restricted_to_workflows'] === true ? data['selected_workflows'] : undefined;
  return {
    id,
    name,
    isDefault: typeof isDefault === 'boolean' ? isDefault : id === DEFAULT_GROUP.id,
    visibility: typeof visibility === 'string' ? visibility : undefined,
    allowsPublic: typeof allowsPublic === 'boolean' ? allowsPublic : undefined,
    workflows: Array.isArray(selected) ? selected.map(String) : undefined,
  };
}

function unknownGroup(wanted: string, scope: string, groups: readonly Group[]): Failure {
  return new Failure('bad-input', `There is no runner group \`${wanted}\` in ${scope}.`, {
    hint: `Set \`runner-group\` to one of: ${listNames(groups.map((group) => group.name))}.`,
  });
}

function unusable({ name, id }: Group, reason: string): Failure {
  return new Failure('runner-group-unusable', `Jobs of this run cannot use runner group ${name} (${id}): ${reason}.`, {
    hint: advice.OPEN_RUNNER_GROUP,
  });
}

function describeRequester({ paths, repository }: Connection): string {
  return paths.groups?.startsWith('/orgs/') ? `${repository.owner}/${repository.repo}` : repository.owner;
}

function listNames(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_SHOWN).join(', ');
  return names.length > NAMES_SHOWN ? `${shown} and ${names.length - NAMES_SHOWN} more` : shown;
}

function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
