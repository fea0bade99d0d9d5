/** Data volumes and snapshots that earlier starts and stops left on purpose. */
import { randomBytes } from 'node:crypto';
import type { Ec2World } from '../../../sandbox/sandbox.js';

const DAY = 86_400_000;

type Tags = Readonly<Record<string, string>>;

/** The tags of the data volume `docker`, kept until Christmas. */
export const KEPT_TAGS: Tags = {
  'ci-actions:repository': 'octo-org/octo-repo',
  'ci-actions:volume': 'docker',
  'ci-actions:keep-until': '2026-12-24T00:00:00.000Z',
};

/** Makes a volume of 20 GiB, two days old, that no instance holds. @returns its id */
export function createTestVolume(ec2: Ec2World, tags: Tags, zone = `${ec2.region}a`): string {
  const id = `vol-0${randomBytes(8).toString('hex')}`;
  const createdAt = Date.now() - 2 * DAY - 60_000;
  const facts = { sizeGiB: 20, type: 'gp3', iops: 3_000, throughput: 125, encrypted: true };
  ec2.volumes.set(id, { id, zone, ...facts, createdAt, tags: new Map(Object.entries(tags)) });
  return id;
}

/** Makes a finished snapshot of 20 GiB, two days old. @returns its id */
export function createTestSnapshot(ec2: Ec2World, tags: Tags): string {
  const id = `snap-0${randomBytes(8).toString('hex')}`;
  const createdAt = Date.now() - 2 * DAY - 60_000;
  ec2.snapshots.set(id, { id, sizeGiB: 20, createdAt, state: 'completed', tags: new Map(Object.entries(tags)) });
  return id;
}

/** A data volume with a snapshot. */
export function placeKept(ec2: Ec2World, changes: Tags = {}): { readonly volume: string; readonly snapshot: string } {
  const tags = { ...KEPT_TAGS, ...changes };
  return { volume: createTestVolume(ec2, tags), snapshot: createTestSnapshot(ec2, tags) };
}
