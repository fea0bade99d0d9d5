import { Failure } from '../kernel/failure.js';
import { TAG } from '../kernel/identity.js';
import { readKept } from '../kernel/kept.js';
import { plural } from '../kernel/plural.js';
import { estimateSnapshot, estimateVolume, MONTH_MS } from '../kernel/prices.js';
import type { Log } from '../ports/process.js';
import type { DataVolume, Snapshot, VolumesEc2 } from '../ports/volumes.js';

/** A data volume or a snapshot of one, as `npm run ami -- volumes` lists it. `null`: not known. */
export interface ListedVolume {
  readonly kind: 'volume' | 'snapshot';
  readonly id: string;
  /** The volume's name, or its id if it has none. */
  readonly key: string;
  readonly repository: string;
  /** A snapshot has a region and no zone. */
  readonly place: string;
  readonly sizeGiB: number;
  readonly state: string;
  readonly ageDays: number;
  readonly keepUntil: string | null;
  readonly attachedTo: readonly string[];
  /** USD; an upper bound for a snapshot. */
  readonly monthlyCost: number | null;
}

/** What to delete: exactly this id, or everything of this name. */
export interface DeleteRequest {
  readonly target: string;
  readonly dryRun: boolean;
}

export interface DeletedVolume {
  readonly listed: ListedVolume;
  readonly outcome: 'deleted' | 'would-delete' | 'kept' | 'failed';
  readonly why?: string;
}

/** A resource with the connection by which it is deleted. */
interface Found {
  readonly listed: ListedVolume;
  readonly ec2: VolumesEc2;
}

/** Everything with a volume's name, in the order of names. @param repository `owner/repo`; absent: every repository's */
export async function findKept(
  regions: readonly VolumesEc2[],
  { repository, now }: { readonly repository?: string | undefined; readonly now: number },
): Promise<readonly Found[]> {
  const filter = {
    [TAG.volume]: { startsWith: '' },
    ...(repository !== undefined && { [TAG.repository]: repository }),
  };
  const perRegion = await Promise.all(
    regions.map(async (ec2) => {
      const [volumes, snapshots] = await Promise.all([ec2.findDataVolumes(filter), ec2.findSnapshots(filter)]);
      return [
        ...volumes.map((volume) => ({ listed: describeVolume(volume, now), ec2 })),
        ...snapshots.map((snapshot) => ({ listed: describeSnapshot(snapshot, ec2.region, now), ec2 })),
      ];
    }),
  );
  const order = ({ listed }: Found) =>
    [listed.repository, listed.key, listed.kind === 'volume' ? 0 : 1, listed.ageDays].join('\n');
  return perRegion.flat().toSorted((a, b) => order(a).localeCompare(order(b)));
}

/**
 * Deletes a volume or snapshot by its id, or all of a name. What an instance holds stays.
 *
 * @throws Failure `bad-input` when there is no such thing, or when several repositories have the name
 */
export async function deleteKept(
  all: readonly Found[],
  request: DeleteRequest,
  log: Log,
): Promise<readonly DeletedVolume[]> {
  const isId = /^(vol|snap)-[0-9a-f]+$/.test(request.target);
  const chosen = all.filter(({ listed }) => (isId ? listed.id : listed.key) === request.target);
  const owners = new Set(chosen.map(({ listed }) => listed.repository));
  if (chosen.length === 0) {
    throw new Failure('bad-input', `\`--delete\` is ${request.target}; there is no such data volume or snapshot.`, {
      hint: 'The command without --delete lists what there is. Name its region in --regions.',
    });
  }
  if (owners.size > 1) {
    throw new Failure('bad-input', `\`--delete\` is ${request.target}, a name in ${[...owners].join(', ')}.`, {
      hint: 'Name one of them in --repository. Nothing was deleted.',
    });
  }
  const deleted: DeletedVolume[] = [];
  for (const one of chosen) deleted.push(await deleteOne(one, request, log));
  return deleted;
}

async function deleteOne({ listed, ec2 }: Found, { dryRun }: DeleteRequest, log: Log): Promise<DeletedVolume> {
  if (listed.attachedTo.length > 0) return { listed, outcome: 'kept', why: `${listed.attachedTo.join(', ')} holds it` };
  if (dryRun) return { listed, outcome: 'would-delete' };
  try {
    const outcome = listed.kind === 'volume' ? await ec2.deleteVolume(listed.id) : await ec2.deleteSnapshot(listed.id);
    return outcome === 'in-use'
      ? { listed, outcome: 'kept', why: 'it came into use meanwhile' }
      : { listed, outcome: 'deleted' };
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    log.warning(`${listed.id} could not be deleted. ${failure.message} ${failure.hint}`);
    return { listed, outcome: 'failed', why: failure.message };
  }
}

/** @throws Failure `cleanup-incomplete` when something that was to be deleted stays */
export function refuseUndeleted(deleted: readonly DeletedVolume[]): void {
  const left = deleted.filter(({ outcome }) => outcome === 'kept' || outcome === 'failed');
  if (left.length === 0) return;
  const sentences = left.map(({ listed, why }) => `${listed.id}: ${why}`);
  throw new Failure(
    'cleanup-incomplete',
    `${plural(left.length, 'data volume')} could not be deleted. ${sentences.join('. ')}.`,
    {
      hint: 'End the machine that holds it, and run the command again: it is safe to repeat.',
    },
  );
}

function describeVolume(volume: DataVolume, now: number): ListedVolume {
  return {
    kind: 'volume',
    ...describe(volume, now),
    place: volume.availabilityZone,
    attachedTo: volume.attachments.map(({ instanceId }) => instanceId),
    monthlyCost: estimateVolume(volume, MONTH_MS) ?? null,
  };
}

function describeSnapshot(snapshot: Snapshot, region: string, now: number): ListedVolume {
  const monthlyCost = estimateSnapshot(snapshot.sizeGiB, MONTH_MS);
  return { kind: 'snapshot', ...describe(snapshot, now), place: region, attachedTo: [], monthlyCost };
}

function describe({ id, tags, sizeGiB, state, createdAt }: DataVolume | Snapshot, now: number) {
  const kept = readKept(tags);
  return {
    id,
    key: tags[TAG.volume] ?? '',
    repository: tags[TAG.repository] ?? '?',
    sizeGiB,
    state,
    ageDays: Math.max(0, Math.floor((now - createdAt) / 86_400_000)),
    keepUntil: kept && 'until' in kept ? new Date(kept.until).toISOString() : null,
  };
}
