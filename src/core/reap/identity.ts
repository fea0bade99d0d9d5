import { parseScope, renderScope, TAG, type Scope } from '../kernel/identity.js';
import { isClaim, isClaimed, nameClaim } from '../kernel/origin.js';
import type { Instance, TagFilter } from '../ports/ec2.js';
import type { Runner } from '../ports/github.js';
import type { Tags } from '../kernel/tags.js';

export interface Repository {
  readonly owner: string;
  readonly repo: string;
}

/** Whose things a sweep may touch: those that one repository started, or all that its owner's repositories did. */
export interface Reach {
  readonly kind: 'repo' | 'org';
  readonly home: Repository;
  /** The one enterprise whose runners the sweep may ask for. */
  readonly enterprise?: string;
}

/** How everything within reach is asked for. */
export function filterOf({ kind, home }: Reach): TagFilter {
  return { [TAG.repository]: kind === 'repo' ? `${home.owner}/${home.repo}` : { startsWith: `${home.owner}/` } };
}

/** The same once more, of an answer: a service that ignores a filter must not cost anybody a machine. */
export function isWithin({ kind, home }: Reach, tags: Tags): boolean {
  const [owner, repo = '', ...rest] = (tags[TAG.repository] ?? '').split('/');
  if (owner !== home.owner || !REPOSITORY_NAME.test(repo) || rest.length > 0) return false;
  return kind === 'org' || repo === home.repo;
}

/** Source: what GitHub lets a repository be called. */
const REPOSITORY_NAME = /^[\w.-]{1,100}$/;

/**
 * Whose a thing is: `ours`, another's (`undefined`), or a problem where its tags only look like ours. IAM compares tag
 * keys in any case, this suite and EC2's filters do not: what was launched past one of the two must not stay unseen.
 */
export function claimOf(reach: Reach, tags: Tags): 'ours' | Problem | undefined {
  const alike = Object.keys(tags).filter((key) => key !== TAG.repository && key.toLowerCase() === TAG.repository);
  const value = tags[TAG.repository];
  if (isWithin(reach, tags)) {
    const other = alike.find((key) => tags[key] !== value);
    return other === undefined ? 'ours' : tell(tags, other, `differs from ${TAG.repository}`);
  }
  if (reach.kind === 'org' && value?.startsWith(`${reach.home.owner}/`)) {
    return tell(tags, TAG.repository, `is no repository of ${reach.home.owner}`);
  }
  const like = alike.find((key) => isWithin(reach, { [TAG.repository]: tags[key]! }));
  return like === undefined ? undefined : tell(tags, like, `is ${TAG.repository} in another case`);
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

/** Why nothing can be judged by these tags. */
export interface Problem {
  readonly problem: string;
  /** The tags ask for a place that this sweep must not ask: what to do about it. */
  readonly refused?: string;
}

/**
 * Reads the tags that start-runner gave to an instance. A person may have changed them since, and what they say
 * decides over a machine: so each must have its form, and those that say the same thing must agree.
 */
export function readIdentity(
  { id, tags }: Pick<Instance, 'id' | 'tags'>,
  reach: Reach,
): InstanceIdentity | PooledIdentity | Problem {
  const repository = tags[TAG.repository] ?? '';
  const scope = readScope(tags, reach);
  if ('problem' in scope) return scope;
  const expiresAt = readTime(tags[TAG.expiresAt]);
  if (tags[TAG.pool] !== undefined && !isClaimed(tags)) {
    if (expiresAt === undefined) return tell(tags, TAG.expiresAt, 'is no time');
    return { repository, scope, pool: tags[TAG.pool] ?? '', expiresAt };
  }
  const runnerId = readNumber(tags[TAG.runnerId]);
  if (runnerId === undefined) return tell(tags, TAG.runnerId, 'is no id');
  const [runId, runAttempt] = [tags[TAG.runId], tags[TAG.runAttempt]];
  if (runId === undefined || readNumber(runId) === undefined) return tell(tags, TAG.runId, 'is no id');
  if (runAttempt === undefined || readNumber(runAttempt) === undefined)
    return tell(tags, TAG.runAttempt, 'is no number');
  const runnerName = tags[TAG.runnerName] ?? '';
  const misnomer = findMisnomer(runnerName, { id, runId, runAttempt });
  if (misnomer !== undefined) return tell(tags, TAG.runnerName, misnomer);
  if (expiresAt === undefined) return tell(tags, TAG.expiresAt, 'is no time');
  const identity = { repository, scope, runnerId, runnerName, runId, runAttempt, expiresAt };
  if (tags[TAG.claimedAt] === undefined) return identity;
  const claimedAt = readTime(tags[TAG.claimedAt]);
  return claimedAt === undefined ? tell(tags, TAG.claimedAt, 'is no time') : { ...identity, claimedAt };
}

/**
 * Where its runner is registered. With the sweep's token only the owner's own repositories, its organization and, if
 * the sweep was told so, its enterprise are asked: anyone who may tag a machine could name any other.
 */
function readScope(tags: Tags, { enterprise }: Reach): Scope | Problem {
  const repository = tags[TAG.repository] ?? '';
  const scope = parseScope(tags[TAG.scope]);
  if (!scope || renderScope(scope) !== tags[TAG.scope]) return tell(tags, TAG.scope, 'is no scope');
  if (!isScopeOf(scope, repository)) return tell(tags, TAG.scope, `has no runners for ${repository}`);
  if (scope.kind !== 'enterprise' || scope.enterprise.toLowerCase() === enterprise?.toLowerCase()) return scope;
  const asked = enterprise === undefined ? 'no enterprise' : `the enterprise ${enterprise} alone`;
  return {
    ...tell(tags, TAG.scope, `this sweep must not ask: it asks ${asked}`),
    refused:
      'If its runner is registered in the enterprise of this repository, name that in `enterprise`. Otherwise find out who tagged it, and end it.',
  };
}

function findMisnomer(
  runnerName: string,
  { id, runId, runAttempt }: { readonly id: string; readonly runId: string; readonly runAttempt: string },
): string | undefined {
  if (isClaim(runnerName)) return runnerName === nameClaim(id) ? undefined : 'is the claim of another instance';
  const named = readRunnerName(runnerName);
  if (!named) return 'is no name that start-runner gives';
  return named.runId === runId && named.runAttempt === runAttempt
    ? undefined
    : `is of another run or attempt than ${runId}, ${runAttempt}`;
}

function tell(tags: Tags, key: string, lacks: string): Problem {
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
  const found = NAME.exec(name);
  return found ? { runId: found[1]!, runAttempt: found[2]! } : undefined;
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
