import { renderScope, TAG, type Scope } from '../kernel/identity.js';
import { estimateInstance, estimateSnapshot, estimateVolume } from '../kernel/prices.js';
import type { Instance, ReaperEc2, Snapshot, SpotRequest, Volume } from '../ports/ec2.js';
import type { Runner } from '../ports/github.js';
import type { FindingSubject } from './finding.js';
import type { InstanceIdentity, PooledIdentity, RunOrigin } from './identity.js';
import type { TagProblem } from './reach.js';

/** An instance that a start launched, or claimed from a pool. */
export interface InstanceCandidate {
  readonly kind: 'instance';
  readonly instance: Instance;
  readonly ec2: ReaperEc2;
  readonly identity: InstanceIdentity;
}

/** An instance of a pool that no start had claimed when it was listed. */
export interface PooledCandidate {
  readonly kind: 'pooled-instance';
  readonly instance: Instance;
  readonly ec2: ReaperEc2;
  readonly identity: PooledIdentity;
}

/** An instance whose tags contradict each other or lack something. It is never removed. */
export interface DoubtfulCandidate {
  readonly kind: 'doubtful-instance';
  readonly instance: Instance;
  readonly ec2: ReaperEc2;
  readonly problem: TagProblem;
}

/** A registered runner that start-runner named. */
export interface RunnerCandidate {
  readonly kind: 'runner';
  readonly runner: Runner;
  readonly scope: Scope;
  readonly run: RunOrigin;
}

export interface VolumeCandidate {
  readonly kind: 'volume';
  readonly volume: Volume;
  readonly ec2: ReaperEc2;
  /** Set when its tags only look like ours. */
  readonly problem?: TagProblem;
}

/** A snapshot of a data volume. */
export interface SnapshotCandidate {
  readonly kind: 'snapshot';
  readonly snapshot: Snapshot;
  readonly ec2: ReaperEc2;
  /** Set when its tags only look like ours. */
  readonly problem?: TagProblem;
}

export interface SpotRequestCandidate {
  readonly kind: 'spot-request';
  readonly request: SpotRequest;
  readonly ec2: ReaperEc2;
  /** Set when its tags only look like ours. */
  readonly problem?: TagProblem;
}

export type AnyInstanceCandidate = InstanceCandidate | PooledCandidate | DoubtfulCandidate;

/** Something that may have to be removed, as it was listed. */
export type LeftoverCandidate = VolumeCandidate | SnapshotCandidate | SpotRequestCandidate;
export type Candidate = AnyInstanceCandidate | RunnerCandidate | LeftoverCandidate;

/** @param now epoch ms, from which the age and the cost so far are computed */
export function describeCandidate(candidate: Candidate, now: number): FindingSubject {
  switch (candidate.kind) {
    case 'instance':
    case 'pooled-instance':
    case 'doubtful-instance':
      return describeInstance(candidate, now);
    case 'runner': {
      const { runner, scope } = candidate;
      return { kind: 'runner', id: `${runner.id}`, name: runner.name, scope: renderScope(scope) };
    }
    case 'volume':
      return describeVolume(candidate, now);
    case 'snapshot':
      return describeSnapshot(candidate, now);
    case 'spot-request': {
      const { request, ec2 } = candidate;
      const ageMs = now - request.createdAt;
      return { kind: 'spot-request', id: request.id, region: ec2.region, ageMs, estimatedCost: 0 };
    }
  }
}

function describeVolume({ volume, ec2 }: VolumeCandidate, now: number): FindingSubject {
  const ageMs = now - volume.createdAt;
  const estimatedCost = estimateVolume(volume, ageMs);
  return {
    kind: 'volume',
    id: volume.id,
    ...nameOf(volume.tags),
    region: ec2.region,
    type: `${volume.type}, ${volume.sizeGiB} GiB`,
    ageMs,
    ...(estimatedCost !== undefined && { estimatedCost }),
  };
}

/** Its cost is an upper bound: only blocks that differ from those of earlier snapshots are billed. */
function describeSnapshot({ snapshot, ec2 }: SnapshotCandidate, now: number): FindingSubject {
  const ageMs = now - snapshot.createdAt;
  const estimatedCost = estimateSnapshot(snapshot.sizeGiB, ageMs);
  const subject = { kind: 'snapshot', id: snapshot.id, ...nameOf(snapshot.tags), region: ec2.region } as const;
  return { ...subject, type: `${snapshot.sizeGiB} GiB`, ageMs, estimatedCost };
}

/** The name of a data volume. The volumes of instances have none. */
function nameOf(tags: Volume['tags']): { name?: string } {
  const name = tags[TAG.volume];
  return name === undefined ? {} : { name };
}

function describeInstance({ instance, ec2 }: AnyInstanceCandidate, now: number): FindingSubject {
  const { id, type, state, launchedAt } = instance;
  const subject = { kind: 'instance', id, region: ec2.region, type } as const;
  const ageMs = now - launchedAt;
  if (!Number.isFinite(ageMs)) return subject;
  const estimatedCost = state === 'stopped' ? undefined : estimateInstance(type, ageMs);
  return { ...subject, ageMs, ...(estimatedCost !== undefined && { estimatedCost }) };
}
