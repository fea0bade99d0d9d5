/** What an instance may leave behind, made by hand in the sandbox's EC2. */
import { randomBytes } from 'node:crypto';
import type { Ec2World } from '../../sandbox/sandbox.js';

interface Leftover {
  readonly tags: Readonly<Record<string, string>>;
  /** Default: now. */
  readonly createdAt?: number;
}

/** A gp3 volume of 8 GiB that no instance holds. @returns its id */
export function abandonVolume(ec2: Ec2World, { tags, createdAt = Date.now() }: Leftover): string {
  const id = `vol-${randomBytes(9).toString('hex').slice(1)}`;
  const zone = `${ec2.region}a`;
  const size = { sizeGiB: 8, type: 'gp3', encrypted: false };
  ec2.volumes.set(id, { id, zone, ...size, createdAt, tags: new Map(Object.entries(tags)) });
  return id;
}

/** A spot request that no capacity has answered. @returns its id */
export function openSpotRequest(ec2: Ec2World, { tags, createdAt = Date.now() }: Leftover): string {
  const id = `sir-${randomBytes(4).toString('hex')}`;
  const status = { code: 'capacity-not-available', message: 'There is no capacity.', at: createdAt };
  ec2.spotRequests.set(id, { id, createdAt, state: 'open', status, tags: new Map(Object.entries(tags)) });
  return id;
}
