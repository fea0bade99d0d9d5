import { Failure } from '../core/failure.js';
import type { Connection } from './connection.js';
import { readAll } from './pages.js';
import { isRecord } from './refusals.js';

/** The group every repository, organization and enterprise has. */
const DEFAULT_GROUP = { id: 1, name: 'Default' };
/** How many names an error lists. */
const NAMES_SHOWN = 20;

/** See {@link GitHub.resolveGroup}. Names are compared without case. @throws Failure `bad-input` or `github-*` */
export async function resolveGroup(connection: Connection, nameOrId: string): Promise<number> {
  const wanted = nameOrId.trim();
  const { groups: route, name: scope } = connection.paths;
  if (route === undefined) {
    if (wanted === String(DEFAULT_GROUP.id) || sameName(wanted, DEFAULT_GROUP.name)) return DEFAULT_GROUP.id;
    throw new Failure(
      'bad-input',
      `There is no runner group \`${wanted}\` in ${scope}: a repository has only Default.`,
      {
        hint: 'Leave `runner-group` empty, or set `runner-scope` to `org` or `enterprise`, where the group is.',
      },
    );
  }
  if (/^\d+$/.test(wanted)) return Number(wanted);
  const groups = await readAll(connection, { route: `GET ${route}`, property: 'runner_groups', readItem: readGroup });
  const found = groups.find((group) => sameName(group.name, wanted));
  if (found) return found.id;
  throw new Failure('bad-input', `There is no runner group \`${wanted}\` in ${scope}.`, {
    hint: `Set \`runner-group\` to one of: ${listNames(groups.map((group) => group.name))}.`,
  });
}

function readGroup(data: unknown): { id: number; name: string } | undefined {
  if (!isRecord(data) || typeof data['id'] !== 'number' || typeof data['name'] !== 'string') return undefined;
  return { id: data['id'], name: data['name'] };
}

function listNames(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_SHOWN).join(', ');
  return names.length > NAMES_SHOWN ? `${shown} and ${names.length - NAMES_SHOWN} more` : shown;
}

function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
