import { parseScope, renderScope, TAG, type Scope } from '../kernel/identity.js';
import { isClaim, isClaimed, isLock, nameClaim } from '../kernel/origin.js';
import { plural } from '../kernel/plural.js';
import { readRunners, type TaggedRunner } from '../kernel/runner-tags.js';
import type { Tags } from '../kernel/tags.js';
import type { Instance } from '../ports/ec2.js';
import type { Runner } from '../ports/github.js';
import { describeTagProblem, type Reach, type TagProblem } from './reach.js';

/** The run that registered a runner. */
export interface RunOrigin {
  readonly runId: string;
  readonly runAttempt: string;
}

interface StartIdentity extends RunOrigin {
  /** At least one. */
  readonly runners: readonly TaggedRunner[];
}

/** What an instance's tags say, once each has its form and none contradicts another. */
export interface InstanceIdentity extends StartIdentity {
  /** `owner/repo` */
  readonly repository: string;
  /** Where its runners are registered. */
  readonly scope: Scope;
  /** Epoch ms. */
  readonly expiresAt: number;
  /** When its start claimed it from a pool; epoch ms. */
  readonly claimedAt?: number;
  /** Its start wants it kept after a job. */
  readonly mayBeKept?: true;
  /** Until when a stop has kept it after a job; epoch ms. */
  readonly keepUntil?: number;
}

/** An instance of a pool that no start has claimed. */
export interface PooledIdentity {
  readonly repository: string;
  readonly pool: string;
  /** Where the runner that claims it would be registered. */
  readonly scope: Scope;
  readonly expiresAt: number;
}

/**
 * Reads the tags that start-runner or fill-pool gave to an instance. The tags decide whether the instance is removed,
 * and a person may have changed them. So each tag must have its form, and tags that overlap must agree.
 */
export function readIdentity(
  { id, tags }: Pick<Instance, 'id' | 'tags'>,
  reach: Reach,
): InstanceIdentity | PooledIdentity | TagProblem {
  const repository = tags[TAG.repository] ?? '';
  const scope = readScope(tags, reach);
  if ('problem' in scope) return scope;
  const expiresAt = readTime(tags[TAG.expiresAt]);
  if (tags[TAG.pool] !== undefined && !isClaimed(tags)) {
    if (expiresAt === undefined) return describeTagProblem(tags, TAG.expiresAt, 'is not a time');
    return { repository, scope, pool: tags[TAG.pool] ?? '', expiresAt };
  }
  const started = readStart({ id, tags });
  if ('problem' in started) return started;
  if (expiresAt === undefined) return describeTagProblem(tags, TAG.expiresAt, 'is not a time');
  const keepUntil = readTime(tags[TAG.keepUntil]);
  if (tags[TAG.keepUntil] !== undefined && keepUntil === undefined)
    return describeTagProblem(tags, TAG.keepUntil, 'is not a time');
  const identity = {
    repository,
    scope,
    ...started,
    expiresAt,
    ...(tags[TAG.keepOnFailure] !== undefined && { mayBeKept: true as const }),
    ...(keepUntil !== undefined && { keepUntil }),
  };
  if (tags[TAG.claimedAt] === undefined) return identity;
  const claimedAt = readTime(tags[TAG.claimedAt]);
  return claimedAt === undefined
    ? describeTagProblem(tags, TAG.claimedAt, 'is not a time')
    : { ...identity, claimedAt };
}

/** The run that started an instance, and its runners. */
function readStart({ id, tags }: Pick<Instance, 'id' | 'tags'>): StartIdentity | TagProblem {
  const ids = (tags[TAG.runnerId] ?? '').split(' ');
  if (ids.some((one) => one !== '-' && !isNumber(one))) return describeTagProblem(tags, TAG.runnerId, 'is not an id');
  const { [TAG.runId]: runId = '', [TAG.runAttempt]: runAttempt = '' } = tags;
  if (!isNumber(runId)) return describeTagProblem(tags, TAG.runId, 'is not an id');
  if (!isNumber(runAttempt)) return describeTagProblem(tags, TAG.runAttempt, 'is not a number');
  const runners = readRunners(tags);
  if (runners.length === 0 && ids.length > 1) {
    return describeTagProblem(
      tags,
      TAG.runnerName,
      `does not name the ${plural(ids.length, 'runner')} of ${TAG.runnerId}`,
    );
  }
  const misnomer = findMisnomer(runners, { id, runId, runAttempt });
  if (misnomer !== undefined) return describeTagProblem(tags, TAG.runnerName, misnomer);
  return { runners, runId, runAttempt };
}

/**
 * Where its runners are registered. The sweep's token is used only for the owner's repositories, its organization and,
 * if `enterprise` is set, that enterprise: anyone who may tag an instance could name any other scope.
 */
function readScope(tags: Tags, { enterprise }: Reach): Scope | TagProblem {
  const repository = tags[TAG.repository] ?? '';
  const scope = parseScope(tags[TAG.scope]);
  if (!scope || renderScope(scope) !== tags[TAG.scope]) return describeTagProblem(tags, TAG.scope, 'is not a scope');
  if (!isScopeOf(scope, repository)) return describeTagProblem(tags, TAG.scope, `has no runners for ${repository}`);
  if (scope.kind !== 'enterprise' || scope.enterprise.toLowerCase() === enterprise?.toLowerCase()) return scope;
  const asked = enterprise === undefined ? 'no enterprise' : `the enterprise ${enterprise} alone`;
  return {
    ...describeTagProblem(tags, TAG.scope, `this sweep may not query: it queries ${asked}`),
    refused:
      'If its runner is registered in the enterprise of this repository, name that in `enterprise`. Otherwise find out who tagged it, and end it.',
  };
}

/**
 * What is wrong with the names of an instance's runners; `undefined` when nothing is. @param runners empty when the
 * names are missing
 */
function findMisnomer(
  runners: readonly TaggedRunner[],
  { id, runId, runAttempt }: RunOrigin & { readonly id: string },
): string | undefined {
  const isOurs = (name: string) => isClaim(name) || readRunnerName(name) !== undefined;
  if (runners.length === 0 || !runners.every(({ name }) => isOurs(name)))
    return 'is not a name that start-runner gives';
  const claims = runners.filter(({ name }) => isClaim(name));
  if (claims.some(({ name }) => name !== nameClaim(id))) return 'is the claim of another instance';
  const isOfRun = (run: RunOrigin | undefined) => !run || (run.runId === runId && run.runAttempt === runAttempt);
  return runners.every(({ name }) => isOfRun(readRunnerName(name)))
    ? undefined
    : `belongs to another run or attempt than ${runId}, ${runAttempt}`;
}

/**
 * The names that start-runner gives: `ec2-<run>-<attempt>-<job>-<start>-<instance>`, with `-<runner>` behind it where an
 * instance has several runners, and `r<try>` where a registration was repeated.
 */
const NAME = /^ec2-(\d+)-(\d+)-.*-[0-9a-f]{8}-\d+(?:-\d+)?(?:r\d+)?$/;

/**
 * The run that registered a runner; `undefined` when ci-actions did not name the runner. A lock is named
 * after what it locks, so its label holds the run.
 */
export function readOrigin({ name, labels }: Pick<Runner, 'name' | 'labels'>): RunOrigin | undefined {
  if (!isLock(name)) return readRunnerName(name);
  return labels.map((label) => readRunnerName(`${label}-0`)).find((run) => run !== undefined);
}

function readRunnerName(name: string): RunOrigin | undefined {
  const found = NAME.exec(name);
  return found ? { runId: found[1]!, runAttempt: found[2]! } : undefined;
}

function isScopeOf(scope: Scope, repository: string): boolean {
  if (scope.kind === 'repo') return `${scope.owner}/${scope.repo}` === repository;
  return scope.kind === 'enterprise' || scope.org === repository.split('/')[0];
}

function isNumber(text: string): boolean {
  return /^[1-9]\d{0,15}$/.test(text) && Number.isSafeInteger(Number(text));
}

/** Accepts only the form that start-runner writes: `Date.parse` would read "7" as a day in 2001. */
function readTime(text: string | undefined): number | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text ?? '')) return undefined;
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? undefined : time;
}
