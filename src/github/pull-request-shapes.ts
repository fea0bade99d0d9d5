import { PERMISSIONS, type Comment, type Permission, type PullRequest } from '../core/ports/pull-requests.js';
import { isRecord } from './json.js';

/** The names of a role's levels in `user.permissions`, from the highest. */
const LEVELS: readonly (readonly [name: string, permission: Permission])[] = [
  ['admin', 'admin'],
  ['maintain', 'maintain'],
  ['push', 'write'],
  ['triage', 'triage'],
  ['pull', 'read'],
];

/** A pull request as GitHub describes it; `undefined` when it is unreadable, as in all functions here. */
export function readPull(data: unknown): PullRequest | undefined {
  if (!isRecord(data) || !isRecord(data['head'])) return undefined;
  const { number, state, head } = data;
  const headSha = head['sha'];
  if (typeof number !== 'number' || typeof headSha !== 'string' || !isOpenOrClosed(state)) return undefined;
  // null for a fork that was deleted.
  const from = isRecord(head['repo']) ? head['repo'] : {};
  const pushedAt = readTime(from['pushed_at']);
  const author = readLogin(data['user']);
  return {
    number,
    state,
    headSha,
    body: readBody(data),
    ...(typeof from['full_name'] === 'string' && { headRepository: from['full_name'] }),
    ...(pushedAt !== undefined && { pushedAt }),
    ...(author !== undefined && { author }),
  };
}

export function readComment(data: unknown): Comment | undefined {
  if (!isRecord(data) || typeof data['id'] !== 'number') return undefined;
  // A comment names its pull request only by this address, and says only by the other one that it is a pull request.
  const number = Number(/\/issues\/(\d+)$/.exec(String(data['issue_url']))?.[1]);
  const createdAt = readTime(data['created_at']);
  if (Number.isNaN(number) || createdAt === undefined) return undefined;
  const author = readLogin(data['user']);
  const isOnPullRequest = /\/pull\/\d+(#|$)/.test(String(data['html_url']));
  return {
    id: data['id'],
    body: readBody(data),
    createdAt,
    number,
    isOnPullRequest,
    ...(author !== undefined && { author }),
  };
}

/**
 * The permission of a user. `user.permissions` is exact, also for a custom role. Without it, as on old servers, the role
 * counts, and for a custom role the old field `permission`, which has four levels only.
 */
export function readPermission(data: unknown): Permission | undefined {
  if (!isRecord(data)) return undefined;
  const levels = isRecord(data['user']) ? data['user']['permissions'] : undefined;
  if (isRecord(levels)) return LEVELS.find(([name]) => levels[name] === true)?.[1] ?? 'none';
  return [data['role_name'], data['permission']].find(isPermission);
}

function isPermission(name: unknown): name is Permission {
  return (PERMISSIONS as readonly unknown[]).includes(name);
}

function isOpenOrClosed(state: unknown): state is PullRequest['state'] {
  return state === 'open' || state === 'closed';
}

function readBody({ body }: Readonly<Record<string, unknown>>): string {
  return typeof body === 'string' ? body : '';
}

function readLogin(user: unknown): string | undefined {
  return isRecord(user) && typeof user['login'] === 'string' ? user['login'] : undefined;
}

function readTime(time: unknown): number | undefined {
  const ms = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}
