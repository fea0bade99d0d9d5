import { Ec2Error, findAll } from '../world/errors.js';
import type { SnapshotRecord, VolumeRecord } from '../world/volume-records.js';
import type { Ec2World } from '../world/world.js';

const VOLUME = { prefix: 'vol-', code: 'InvalidVolume', noun: 'volume', end: '.' };
const SNAPSHOT = { prefix: 'snap-', code: 'InvalidSnapshot', noun: 'snapshot', end: '.' };

/** The volumes that requests can see. A new volume is hidden for `volumeInvisibleMs`, as a new instance is. */
export function listVolumes(world: Ec2World): VolumeRecord[] {
  return [...world.volumes.values()].filter((volume) => isVisible(world, volume));
}

/** @throws Ec2Error `InvalidVolume.NotFound` or `.Malformed` for a single bad id */
export function findVolumes(world: Ec2World, ids: readonly string[]): VolumeRecord[] {
  return findAll(ids, (id) => keepVisible(world, world.volumes.get(id)), VOLUME);
}

export function findVolume(world: Ec2World, id: string): VolumeRecord {
  return findVolumes(world, [id])[0]!;
}

export function listSnapshots(world: Ec2World): SnapshotRecord[] {
  return [...world.snapshots.values()].filter((snapshot) => isVisible(world, snapshot));
}

/** @throws Ec2Error `InvalidSnapshot.NotFound` or `.Malformed` for a single bad id */
export function findSnapshots(world: Ec2World, ids: readonly string[]): SnapshotRecord[] {
  return findAll(ids, (id) => keepVisible(world, world.snapshots.get(id)), SNAPSHOT);
}

/** A snapshot that volumes can be created from. @throws Ec2Error `IncorrectState` besides */
export function findUsableSnapshot(world: Ec2World, id: string): SnapshotRecord {
  const snapshot = findSnapshots(world, [id])[0]!;
  if (snapshot.state === 'completed') return snapshot;
  throw new Ec2Error('IncorrectState', `Snapshot is in invalid state - ${snapshot.state}`);
}

export type VolumeStatus = 'creating' | 'available' | 'in-use';

export function statusOf({ attachment, availableAt = 0 }: VolumeRecord): VolumeStatus {
  if (attachment) return 'in-use';
  return Date.now() < availableAt ? 'creating' : 'available';
}

function keepVisible<T extends { readonly createdAt: number }>(world: Ec2World, thing: T | undefined): T | undefined {
  return thing && isVisible(world, thing) ? thing : undefined;
}

function isVisible(world: Ec2World, { createdAt }: { readonly createdAt: number }): boolean {
  const { invisibleMs, volumeInvisibleMs = invisibleMs } = world.timeline;
  return Date.now() - createdAt >= volumeInvisibleMs;
}
