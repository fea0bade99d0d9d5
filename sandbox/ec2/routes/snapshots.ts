import type { Params } from '../query/params.js';
import { applyFilters, cutPage, type FilterFields } from '../query/select.js';
import type { XmlValue } from '../query/xml.js';
import { takeSnapshot } from '../rules/snapshots.js';
import { Ec2Error, refuseUnmodeled } from '../world/errors.js';
import { ACCOUNT } from '../world/seed.js';
import type { SnapshotRecord } from '../world/volume-records.js';
import type { Ec2World } from '../world/world.js';
import { findSnapshots, findVolume, listSnapshots, statusOf } from './find-volumes.js';
import { findUserOf } from './image-life.js';
import { readTagSpecifications, renderTags } from './tags.js';

type Answer = { [element: string]: XmlValue };

/** Of a snapshot that has no volume of its account. Source: EC2 API reference, Snapshot `VolumeId`. */
const ARBITRARY_VOLUME = 'vol-ffffffff';

const FILTERS: FilterFields<SnapshotRecord> = {
  'snapshot-id': ({ id }) => id,
  status: ({ state }) => state,
  'volume-id': ({ volumeId = ARBITRARY_VOLUME }) => volumeId,
  'volume-size': ({ sizeGiB }) => `${sizeGiB}`,
  description: ({ description = '' }) => description,
  encrypted: ({ encrypted = false }) => `${encrypted}`,
  'owner-id': () => ACCOUNT,
};

/** Lists the account's own snapshots. Those of other accounts are not modeled. */
export function describeSnapshots(world: Ec2World, params: Params): Answer {
  const owners = params.list('Owner');
  if (owners.some((owner) => owner !== 'self' && owner !== ACCOUNT)) throw refuseUnmodeled("others' snapshots");
  const ids = params.list('SnapshotId');
  const requested = ids.length > 0 ? findSnapshots(world, ids) : listSnapshots(world);
  const page = cutPage(applyFilters(requested, params, FILTERS), params, { min: 5, max: 1000 });
  return { snapshotSet: page.items.map(renderSnapshot), nextToken: page.nextToken };
}

/** EC2 has no client token for it: a repeated request creates another snapshot. */
export function createSnapshot(world: Ec2World, params: Params): Answer {
  const volume = findVolume(world, params.require('VolumeId'));
  const tags = readTagSpecifications(params, ['snapshot']).get('snapshot');
  if (statusOf(volume) === 'creating') {
    throw new Ec2Error('IncorrectState', `Volume '${volume.id}' is in the 'creating' state.`);
  }
  const description = params.text('Description');
  return renderSnapshot(takeSnapshot(world, volume, { tags: new Map(tags), ...(description && { description }) }));
}

export function deleteSnapshot(world: Ec2World, params: Params): Answer {
  const id = params.require('SnapshotId');
  findSnapshots(world, [id]);
  const user = findUserOf(world, id);
  if (user) throw new Ec2Error('InvalidSnapshot.InUse', `The snapshot ${id} is currently in use by ${user.id}`);
  world.snapshots.delete(id);
  world.storage?.remove(id);
  return { return: true };
}

function renderSnapshot(snapshot: SnapshotRecord): Answer {
  const { id, sizeGiB, volumeId = ARBITRARY_VOLUME, createdAt, state, encrypted = false, kmsKeyId, tags } = snapshot;
  return {
    snapshotId: id,
    volumeId,
    status: state,
    startTime: new Date(createdAt),
    progress: state === 'completed' ? '100%' : '0%',
    ownerId: ACCOUNT,
    volumeSize: sizeGiB,
    description: snapshot.description ?? '',
    encrypted,
    kmsKeyId,
    storageTier: 'standard',
    tagSet: renderTags(tags),
  };
}
