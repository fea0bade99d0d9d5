/** Makes images, snapshots and launch templates in the sandbox's EC2, as builds and users leave them. */
import { randomBytes } from 'node:crypto';
import { seed, type Ec2World } from '../../../sandbox/sandbox.js';

interface KeptImage {
  readonly name?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly ageDays?: number;
  readonly state?: 'available' | 'pending' | 'failed' | 'disabled';
}

const DAY_MS = 86_400_000;

/** Makes an image of the account with a 50 GiB snapshot that carries the same tags. @returns its id */
export function keepImage(ec2: Ec2World, { name, tags = {}, ageDays = 0, state = 'available' }: KeptImage): string {
  const digits = randomBytes(9).toString('hex').slice(1);
  const [id, snapshotId] = [`ami-${digits}`, `snap-${digits}`];
  const createdAt = Date.now() - ageDays * DAY_MS;
  const date = new Date(createdAt).toISOString();
  const image = seed.image({
    id,
    name: name ?? `ci-actions-amd64-${digits}`,
    ownerId: seed.ACCOUNT,
    createdAt: date,
    rootVolumeGiB: 50,
    snapshotId,
    state,
    tags: new Map(Object.entries(tags)),
  });
  ec2.images.set(id, image);
  ec2.snapshots.set(snapshotId, {
    id: snapshotId,
    sizeGiB: 50,
    createdAt,
    state: 'completed',
    tags: new Map(image.tags),
  });
  return id;
}

/** Makes an image with the name and tags that `ami/` gives it. @returns its id */
export function keepBuild(
  ec2: Ec2World,
  {
    preset = 'amd64',
    ageDays = 0,
    runner = seed.RUNNER_VERSION,
  }: { preset?: string; ageDays?: number; runner?: string },
): string {
  const builtAt = new Date(Date.now() - ageDays * DAY_MS).toISOString();
  const tags = {
    'ci-actions:preset': preset,
    'ci-actions:runner-version': runner,
    'ci-actions:built-at': builtAt,
    'ci-actions:source-image': seed.UBUNTU_AMD64_IMAGE,
    'ci-actions:commit': '1f3a5c7',
  };
  const stamp = builtAt.slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  return keepImage(ec2, { name: `ci-actions-${preset}-${stamp}`, tags, ageDays });
}

/** Makes a launch template with a version for each of these images. */
export function keepTemplate(ec2: Ec2World, name: string, images: readonly string[]): void {
  const id = `lt-${randomBytes(9).toString('hex').slice(1)}`;
  const versions = images.map((imageId) => ({ imageId }));
  ec2.launchTemplates.set(id, { id, name, createdAt: Date.now(), versions, tags: new Map() });
}

/** Makes a snapshot that belongs to no image. @returns its id */
export function abandonSnapshot(
  ec2: Ec2World,
  { tags, ageDays = 0 }: { readonly tags: Readonly<Record<string, string>>; readonly ageDays?: number },
): string {
  const id = `snap-${randomBytes(9).toString('hex').slice(1)}`;
  const createdAt = Date.now() - ageDays * DAY_MS;
  ec2.snapshots.set(id, { id, sizeGiB: 50, createdAt, state: 'completed', tags: new Map(Object.entries(tags)) });
  return id;
}
