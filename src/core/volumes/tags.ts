import { createHash } from 'node:crypto';
import { renderKeepUntil } from '../kernel/kept.js';
import { repositoryOf, TAG, type Run } from '../kernel/identity.js';
import type { Tags } from '../kernel/tags.js';
import { volumeKeyOf, type DataVolumeRequest } from '../machine/data-volume-request.js';

/**
 * The label of the file system on the volume, by which the boot agent finds a copy, whose volume id is not known before
 * the launch. At most 16 characters. Source: mke2fs(8), `-L`.
 */
export function labelOf(request: Pick<DataVolumeRequest, 'name' | 'id'>): string {
  return `ci-${createHash('sha256').update(volumeKeyOf(request)).digest('hex').slice(0, 13)}`;
}

/** The tags by which a volume and its snapshots are found. */
export function findBy(run: Run, key: string): Tags {
  return { [TAG.repository]: repositoryOf(run), [TAG.volume]: key };
}

/** The tags of a new volume or snapshot. */
export function keepTags(run: Run, request: DataVolumeRequest, now: number): Tags {
  const key = volumeKeyOf(request);
  return { Name: key, ...findBy(run, key), [TAG.keepUntil]: renderKeepUntil(now, request.keepDays) };
}

/** What an instance's tag says of its data volume, for the stop. */
export interface VolumeOfInstance {
  readonly key: string;
  /** Absent: a copy, which ends with the instance. */
  readonly volumeId?: string;
  readonly snapshot?: { readonly keep: number; readonly days: number };
}

/** `docker vol-0a1b snapshot keep=3 days=14`, `docker vol-0a1b`, `docker copy` */
export function renderVolumeTag({ key, volumeId, snapshot }: VolumeOfInstance): string {
  const how = snapshot ? [`snapshot keep=${snapshot.keep} days=${snapshot.days}`] : [];
  return [key, volumeId ?? 'copy', ...how].join(' ');
}

/** The inverse of {@link renderVolumeTag}. `undefined` for any other text: people can edit tags. */
export function parseVolumeTag(text: string | undefined): VolumeOfInstance | undefined {
  const form = /^(\S+) (?:copy|(vol-[0-9a-f]+))(?: snapshot keep=(\d{1,4}) days=(\d{1,4}))?$/;
  const [, key, volumeId, keep, days] = form.exec(text ?? '') ?? [];
  if (key === undefined) return undefined;
  return {
    key,
    ...(volumeId !== undefined && { volumeId }),
    ...(keep !== undefined && { snapshot: { keep: Number(keep), days: Number(days) } }),
  };
}
