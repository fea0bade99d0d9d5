import { parseScope, TAG, type Scope } from './identity.js';
import { isClaim, isClaimed, nameClaim } from './pool.js';
import type { Instance, Runner, TagFilter } from './ports.js';
import type { Tags } from './tags.js';

export interface Repository {
  readonly owner: string;
  readonly repo: string;
}

/** Whose things a sweep may touch: those that one repository started, or all that its owner's repositories did. */
export interface Reach {
  readonly kind: 'repo' | 'org';
  readonly home: Repository;
}

/** How everything within reach is asked for. */
export function filterOf({ kind, home }: Reach): TagFilter {
  return { [TAG.repository]: kind === 'repo' ? `${home.owner}/${home.repo}` : { startsWith: `${home.owner}/` } };
}

/** The same once more, of an answer: a service that ignores a filter must not cost anybody a machine. */
export function isWithin({ kind, home }: Reach, tags: Tags): boolean {
  const [owner, repo, ...rest] = (tags[TAG.repository] ?? '').split('/');
  if (owner !== home.owner || !repo || rest.length > 0) return false;
  return kind === 'org' || repo === home.repo;
}

/** What an instance's tags say of it, once they have been found to agree with each other. */
export interface InstanceIdentity {
  /** `owner/repo` */
  readonly repository: string;
  readonly scope: Scope;
  readonly runnerId: number;
  readonly runnerName: string;
  readonly runId: string;
  readonly runAttempt: string;
  /** Epoch ms. */
  readonly expiresAt: number;
  /** When its start took it from a pool; epoch ms. */
  readonly claimedAt?: number;
}

/** An instance of a pool that no start has claimed. */
export interface PooledIdentity {
  readonly repository: string;
  readonly pool: string;
  /** Where a runner is registered that claims it. */
  readonly scope: Scope;
  readonly expiresAt: number;
}

interface Problem {
  readonly problem: string;
}

/**
 * Reads the tags that start-runner gave to an instance. Somebody may have changed them since, and what they say
 * decides over a machine: so each must have its form, and those that tell the same thing must tell it alike.
 */
export function readIdentity({ id, tags }: Pick<Instance, 'id' | 'tags'>): InstanceIdentity | PooledIdentity | Problem {
  if (tags[TAG.pool] !== undefined && !isClaimed(tags)) return readPooledIdentity(tags);
  const tell = (key: string, lacks: string) => describeProblem(tags, key, lacks);
  const repository = tags[TAG.repository] ?? '';
  const scope = parseScope(tags[TAG.scope]);
  if (!scope) return tell(TAG.scope, 'is no scope');
  if (!isScopeOf(scope, repository)) return tell(TAG.scope, `has no runners for ${repository}`);
  const runnerId = readNumber(tags[TAG.runnerId]);
  if (runnerId === undefined) return tell(TAG.runnerId, 'is no id');
  const [runId, runAttempt] = [tags[TAG.runId], tags[TAG.runAttempt]];
  if (runId === undefined || readNumber(runId) === undefined) return tell(TAG.runId, 'is no id');
  if (runAttempt === undefined || readNumber(runAttempt) === undefined) return tell(TAG.runAttempt, 'is no number');
  const runnerName = tags[TAG.runnerName] ?? '';
  if (isClaim(runnerName)) {
    if (runnerName !== nameClaim(id)) return tell(TAG.runnerName, 'is the claim of another instance');
  } else {
    const named = readRunnerName(runnerName);
    if (!named) return tell(TAG.runnerName, 'is no name that start-runner gives');
    if (named.runId !== runId || named.runAttempt !== runAttempt) {
      return tell(TAG.runnerName, `is of another run or attempt than ${runId}, ${runAttempt}`);
    }
  }
  const expiresAt = readTime(tags[TAG.expiresAt]);
  if (expiresAt === undefined) return tell(TAG.expiresAt, 'is no time');
  const identity = { repository, scope, runnerId, runnerName, runId, runAttempt, expiresAt };
  if (tags[TAG.claimedAt] === undefined) return identity;
  const claimedAt = readTime(tags[TAG.claimedAt]);
  return claimedAt === undefined ? tell(TAG.claimedAt, 'is no time') : { ...identity, claimedAt };
}

function readPooledIdentity(tags: Tags): PooledIdentity | Problem {
  const repository = tags[TAG.repository] ?? '';
  const scope = parseScope(tags[TAG.scope]);
  if (!scope) return describeProblem(tags, TAG.scope, 'is no scope');
  if (!isScopeOf(scope, repository)) return describeProblem(tags, TAG.scope, `has no runners for ${repository}`);
  const expiresAt = readTime(tags[TAG.expiresAt]);
  if (expiresAt === undefined) return describeProblem(tags, TAG.expiresAt, 'is no time');
  return { repository, scope, pool: tags[TAG.pool] ?? '', expiresAt };
}

function describeProblem(tags: Tags, key: string, lacks: string): Problem {
  return { problem: `its tag ${key} is ${quote(tags[key])}, which ${lacks}` };
}

/** The names that start-runner gives: `ec2-<run>-<attempt>-<job>-<start>-<index>`. */
const NAME = /^ec2-(\d+)-(\d+)-.*-[0-9a-f]{8}-\d+(?:r\d+)?$/;

/** The run that registered a runner; `undefined` when this suite did not name it. A claim tells it by its label. */
export function readOrigin({ name, labels }: Pick<Runner, 'name' | 'labels'>) {
  if (!isClaim(name)) return readRunnerName(name);
  return labels.map((label) => readRunnerName(`${label}-0`)).find((run) => run !== undefined);
}

function readRunnerName(name: string): { readonly runId: string; readonly runAttempt: string } | undefined {
  const [, runId, runAttempt] = NAME.exec(name) ?? [];
  return runId && runAttempt ? { runId, runAttempt } : undefined;
}

function isScopeOf(scope: Scope, repository: string): boolean {
  if (scope.kind === 'repo') return `${scope.owner}/${scope.repo}` === repository;
  return scope.kind === 'enterprise' || scope.org === repository.split('/')[0];
}

function readNumber(text: string | undefined): number | undefined {
  return /^[1-9]\d{0,15}$/.test(text ?? '') && Number.isSafeInteger(Number(text)) ? Number(text) : undefined;
}

/** Only as start-runner writes it: `Date.parse` takes "7" for a day in 2001. */
function readTime(text: string | undefined): number | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text ?? '')) return undefined;
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? undefined : time;
}

function quote(text: string | undefined): string {
  return text === undefined ? 'missing' : JSON.stringify(text);
}
