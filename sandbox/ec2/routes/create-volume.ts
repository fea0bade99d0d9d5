import type { Params } from '../query/params.js';
import type { XmlValue } from '../query/xml.js';
import { stepOf } from '../rules/attachments.js';
import { addVolume, type VolumeSettings } from '../rules/volumes.js';
import { Ec2Error, refuseMissing, refuseUnmodeled } from '../world/errors.js';
import type { VolumeRecord } from '../world/volume-records.js';
import type { Ec2World } from '../world/world.js';
import { findUsableSnapshot } from './find-volumes.js';
import { readEncryption } from './launch/encryption.js';
import { checkSize, readPerformance, SIZES } from './launch/volume-limits.js';
import { readTagSpecifications } from './tags.js';
import { renderNewVolume } from './volumes.js';

export const CREATE_VOLUME_PARAMETERS = [
  'AvailabilityZone',
  'ClientToken',
  'Encrypted',
  'Iops',
  'KmsKeyId',
  'MultiAttachEnabled',
  'Size',
  'SnapshotId',
  'TagSpecification',
  'Throughput',
  'VolumeInitializationRate',
  'VolumeType',
];

/** Creates an empty volume, or one with a snapshot's content. The same client token and request: the same volume. */
export function createVolume(world: Ec2World, params: Params): { [element: string]: XmlValue } {
  if (params.flag('MultiAttachEnabled')) throw refuseUnmodeled('volumes with several attachments');
  const zone = readZone(world, params);
  const settings = readSettings(world, params);
  const tags = readTagSpecifications(params, ['volume']).get('volume') ?? new Map<string, string>();
  const token = params.text('ClientToken') ?? '';
  const fingerprint = params.fingerprint(['ClientToken', 'Action', 'Version']);
  const earlier = token === '' ? undefined : world.volumeTokens.get(token);
  if (earlier) return renderNewVolume(repeat(world, earlier, fingerprint));
  const availableAt = Date.now() + stepOf(world);
  const volume = addVolume(world, settings, { zone, tags: new Map(tags), availableAt });
  if (token !== '') world.volumeTokens.set(token, { fingerprint, volumeId: volume.id });
  return renderNewVolume(volume);
}

function repeat(
  world: Ec2World,
  earlier: { readonly fingerprint: string; readonly volumeId: string },
  fingerprint: string,
): VolumeRecord {
  const volume = world.volumes.get(earlier.volumeId);
  if (earlier.fingerprint === fingerprint && volume) return volume;
  throw new Ec2Error(
    'IdempotentParameterMismatch',
    'The client token you have provided is associated with a resource that is already deleted, or with another request.',
  );
}

function readZone(world: Ec2World, params: Params): string {
  const zone = params.require('AvailabilityZone');
  if ([...world.subnets.values()].some((subnet) => subnet.zone === zone)) return zone;
  throw new Ec2Error('InvalidZone.NotFound', `The zone '${zone}' does not exist.`);
}

function readSettings(world: Ec2World, params: Params): VolumeSettings {
  const snapshotId = params.text('SnapshotId');
  const snapshot = snapshotId === undefined ? undefined : findUsableSnapshot(world, snapshotId);
  const type = params.choice('VolumeType', Object.keys(SIZES), 'gp2');
  const sizeGiB = params.integer('Size') ?? snapshot?.sizeGiB;
  if (sizeGiB === undefined) throw refuseMissing('size/snapshot');
  checkSize(sizeGiB, type, 'size');
  if (snapshot && sizeGiB < snapshot.sizeGiB) {
    const sizes = `Volume of size ${sizeGiB}GB is smaller than snapshot '${snapshot.id}'`;
    throw new Ec2Error('InvalidParameterValue', `${sizes}, expect size >= ${snapshot.sizeGiB}GB`);
  }
  return {
    sizeGiB,
    type,
    ...readEncryption(params, snapshot?.encrypted ?? false, world.region),
    ...readPerformance(params, { type, sizeGiB, hasSnapshot: snapshot !== undefined, kept: {} }),
    ...(snapshot && { snapshotId: snapshot.id }),
  };
}
