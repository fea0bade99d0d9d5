import type { Params } from '../query/params.js';
import { applyFilters, cutPage, type FilterFields } from '../query/select.js';
import type { XmlValue } from '../query/xml.js';
import { plugIn, stepOf } from '../rules/attachments.js';
import { Ec2Error, refuseMissing } from '../world/errors.js';
import type { ModificationRecord, VolumeRecord, VolumeShape } from '../world/volume-records.js';
import type { Ec2World } from '../world/world.js';
import { findVolume, findVolumes, listVolumes, statusOf } from './find-volumes.js';
import { checkSize, readPerformance, SIZES } from './launch/volume-limits.js';

type Answer = { [element: string]: XmlValue };

export const VOLUME_CHANGES = ['Size', 'VolumeType', 'Iops', 'Throughput'];
const SIX_HOURS_MS = 6 * 3_600_000;

/**
 * modifying → optimizing → completed. The volume has its new size from `optimizing` on.
 * Source: EC2 API reference, ModifyVolume; EBS user guide, "Modify an Amazon EBS volume".
 */
export function modifyVolume(world: Ec2World, params: Params): Answer {
  const volume = findVolume(world, params.require('VolumeId'));
  if (!VOLUME_CHANGES.some((name) => params.text(name) !== undefined)) throw refuseMissing('Size, VolumeType, Iops');
  refuseState(volume);
  const { sizeGiB, type, iops, throughput } = volume;
  const from: VolumeShape = { sizeGiB, type, ...(iops && { iops }), ...(throughput && { throughput }) };
  const modification: ModificationRecord = {
    from,
    to: readShape(params, from),
    startedAt: Date.now(),
    state: 'modifying',
  };
  volume.modification = modification;
  world.after(stepOf(world), () => {
    modification.state = 'optimizing';
    Object.assign(volume, modification.to);
    plugIn(world, world.instancesById.get(volume.attachment?.instanceId ?? ''));
    world.after(stepOf(world), () => {
      modification.state = 'completed';
    });
  });
  return { volumeModification: renderModification(volume.id, modification) };
}

function refuseState(volume: VolumeRecord): void {
  const { id, modification } = volume;
  if (statusOf(volume) === 'creating') {
    throw new Ec2Error('IncorrectState', `Volume '${id}' is in the 'creating' state.`);
  }
  if (modification && modification.state !== 'completed') {
    const state = modification.state.toUpperCase();
    throw new Ec2Error('IncorrectModificationState', `Volume ${id} is in modification state ${state}.`);
  }
  if (!modification || Date.now() - modification.startedAt > SIX_HOURS_MS) return;
  const why = "You've reached the maximum modification rate per volume limit.";
  throw new Ec2Error(
    'VolumeModificationRateExceeded',
    `${why} Wait at least 6 hours between modifications per EBS volume.`,
  );
}

function readShape(params: Params, from: VolumeShape): VolumeShape {
  const type = params.choice('VolumeType', Object.keys(SIZES), from.type);
  const sizeGiB = params.integer('Size') ?? from.sizeGiB;
  checkSize(sizeGiB, type, 'size');
  if (sizeGiB < from.sizeGiB) {
    throw new Ec2Error('InvalidParameterValue', 'New size cannot be smaller than existing size');
  }
  const kept = type === from.type ? from : {};
  return { sizeGiB, type, ...readPerformance(params, { type, sizeGiB, hasSnapshot: false, kept }) };
}

const FILTERS: FilterFields<VolumeRecord> = {
  'volume-id': ({ id }) => id,
  'modification-state': ({ modification }) => modification?.state,
};

/** Lists the latest modification of each volume that has one. */
export function describeVolumesModifications(world: Ec2World, params: Params): Answer {
  const ids = params.list('VolumeId');
  const requested = ids.length > 0 ? findVolumes(world, ids) : listVolumes(world);
  const modified = requested.filter(({ modification }) => modification);
  const page = cutPage(applyFilters(modified, params, FILTERS), params, { min: 5, max: 500 });
  const volumeModificationSet = page.items.map(({ id, modification }) => renderModification(id, modification!));
  return { volumeModificationSet, nextToken: page.nextToken };
}

function renderModification(volumeId: string, { from, to, startedAt, state }: ModificationRecord): Answer {
  return {
    volumeId,
    modificationState: state,
    originalSize: from.sizeGiB,
    originalVolumeType: from.type,
    originalIops: from.iops,
    originalThroughput: from.throughput,
    targetSize: to.sizeGiB,
    targetVolumeType: to.type,
    targetIops: to.iops,
    targetThroughput: to.throughput,
    progress: { modifying: 0, optimizing: 50, completed: 100 }[state],
    startTime: new Date(startedAt),
  };
}
