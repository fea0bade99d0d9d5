import type { State } from '../state.js';
import { GitHubError, notFound } from '../world/errors.js';
import { encodeJitConfig } from '../world/runners.js';

/** Labels that GitHub adds to a runner that is not just-in-time, unless its configuration refuses them. */
const OWN_LABELS = ['self-hosted', 'Linux'];

/** The arguments of `config.sh`, as the stand-in sends them. */
interface Registration {
  readonly token: string;
  readonly name: string;
  /** The path of its URL: `/owner/repo`, `/org` or `/enterprises/name`. Absent: not checked. */
  readonly path?: string;
  readonly labels?: readonly string[];
  readonly group?: string;
  readonly ephemeral?: boolean;
  readonly replace?: boolean;
  readonly defaultLabels?: boolean;
  readonly architecture?: string;
  readonly workFolder?: string;
}

/**
 * What `config.sh` does with a registration token: registers a runner that is not just-in-time. Returns its files.
 *
 * @throws GitHubError 404 for a token that is unknown, expired or for another URL, as GitHub does; 409 for a name that
 * exists, 400 for a group that does not
 */
export function configureRunner(body: Record<string, unknown>, state: State, baseUrl: string): Record<string, unknown> {
  const { token, name, path, ...given } = body as unknown as Registration;
  const { labels = [], ephemeral = false, replace = false, defaultLabels = true, workFolder = '_work' } = given;
  const grant = state.registrationTokens.get(token);
  if (!grant || grant.expiresAt <= Date.now()) throw notFound();
  if (path !== undefined && readScope(path) !== grant.scope) throw notFound();
  const groupId = findGroup(state, grant.scope, given.group);
  const existing = state.registry.list(grant.scope).find((runner) => runner.name === name);
  if (existing && replace) state.switchboard.remove(existing, 'replaced');
  const runner = state.registry.register({
    scope: grant.scope,
    name,
    groupId,
    labels: [...(defaultLabels ? [...OWN_LABELS, given.architecture ?? 'X64'] : []), ...labels],
    workFolder,
    ephemeral,
  });
  return { config: encodeJitConfig(runner, baseUrl) };
}

function readScope(path: string): string {
  const [first = '', second] = path.toLowerCase().split('/').filter(Boolean);
  if (first === 'enterprises') return `enterprises/${second}`;
  return second === undefined ? `orgs/${first}` : `repos/${first}/${second}`;
}

/** A repository has only the default group. */
function findGroup(state: State, scope: string, name = 'Default'): number {
  const groups = scope.startsWith('repos/') ? [{ id: 1, name: 'Default' }] : state.groups;
  const found = groups.find((group) => group.name.toLowerCase() === name.toLowerCase());
  if (found) return found.id;
  throw new GitHubError(400, `Could not find any self-hosted runner group named "${name}".`);
}
