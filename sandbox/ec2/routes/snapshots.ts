import type { Params } from '../query/params.js';
import { applyFilters, cutPage, type FilterFields } from '../query/select.js';
import type { XmlValue } from '../query/xml.js';
import { Ec2Error, findAll, refuseUnmodeled } from '../world/errors.js';
import type { SnapshotRecord } from '../world/records.js';
import { ACCOUNT } from '../world/seed.js';
import type { Ec2World } from '../world/world.js';
import { findUserOf } from './image-life.js';
import { renderTags } from './tags.js';

type Answer = { [element: string]: XmlValue };

const KIND = { prefix: 'snap-', code: 'InvalidSnapshot', noun: 'snapshot' };
const FILTERS: FilterFields<SnapshotRecord> = {
  'snapshot-id': ({ id }) => id,
  status: ({ state }) => state,
  'volume-size': ({ sizeGiB }) => `${sizeGiB}`,
};

/** Lists the account's own snapshots. Those of other accounts are not modeled. */
export function describeSnapshots(world: Ec2World, params: Params): Answer {
  const owners = params.list('Owner');
  if (owners.some((owner) => owner !== 'self' && owner !== ACCOUNT)) throw refuseUnmodeled("others' snapshots");
  const ids = params.list('SnapshotId');
  const requested =
    ids.length > 0 ? findAll(ids, (id) => world.snapshots.get(id), KIND) : [...world.snapshots.values()];
  const page = cutPage(applyFilters(requested, params, FILTERS), params, { min: 5, max: 1000 });
  const snapshotSet = page.items.map(({ id, sizeGiB, createdAt, state, tags }) => ({
    snapshotId: id,
    volumeId: 'vol-ffffffff',
    status: state,
    startTime: new Date(createdAt),
    progress: state === 'completed' ? '100%' : '0%',
    ownerId: ACCOUNT,
    volumeSize: sizeGiB,
    encrypted: false,
    storageTier: 'standard',
    tagSet: renderTags(tags),
  }));
  return { snapshotSet, nextToken: page.nextToken };
}

export function deleteSnapshot(world: Ec2World, params: Params): Answer {
  const id = params.require('SnapshotId');
  findAll([id], (one) => world.snapshots.get(one), KIND);
  const user = findUserOf(world, id);
  if (user) throw new Ec2Error('InvalidSnapshot.InUse', `The snapshot ${id} is currently in use by ${user.id}`);
  world.snapshots.delete(id);
  return { return: true };
}
