import { makeId } from '../world/ids.js';
import type { ImageRecord, InstanceRecord, Tags } from '../world/records.js';
import type { ImageVolume, VolumeRecord } from '../world/volume-records.js';
import type { Ec2World } from '../world/world.js';

/** The settings of a volume that a request creates. */
export type VolumeSettings = Pick<
  VolumeRecord,
  'sizeGiB' | 'type' | 'iops' | 'throughput' | 'initializationRate' | 'encrypted' | 'kmsKeyId' | 'snapshotId'
>;

/** A volume that a launch creates. */
export type VolumeRequest = VolumeSettings & { readonly device: string; readonly deleteOnTermination: boolean };

/** The EBS volumes of an image, root first. */
export function listImageVolumes(image: ImageRecord): ImageVolume[] {
  const { rootDeviceName: device, rootVolumeGiB: sizeGiB, snapshotId, volumes = [] } = image;
  const root = { device, sizeGiB, snapshotId, type: 'gp3', iops: 3000, throughput: 125, deleteOnTermination: true };
  return [root, ...volumes];
}

/** Creates an instance's volumes and attaches them. */
export function createVolumes(
  world: Ec2World,
  instance: InstanceRecord,
  from: { readonly requests: readonly VolumeRequest[]; readonly tags: Tags },
): void {
  for (const { device, deleteOnTermination, ...settings } of from.requests) {
    const volume = addVolume(world, settings, { zone: instance.subnet.zone, tags: new Map(from.tags) });
    volume.attachment = { instanceId: instance.id, device, deleteOnTermination };
  }
}

/** Adds a volume with the content of its snapshot, if it has one. */
export function addVolume(
  world: Ec2World,
  settings: VolumeSettings,
  place: Pick<VolumeRecord, 'zone' | 'tags' | 'availableAt'>,
): VolumeRecord {
  const volume: VolumeRecord = { ...settings, ...place, id: makeId('vol-'), createdAt: Date.now() };
  world.volumes.set(volume.id, volume);
  if (volume.snapshotId !== undefined) world.storage?.copy(volume.snapshotId, volume.id);
  return volume;
}

export function listVolumesOf(world: Ec2World, instance: InstanceRecord): VolumeRecord[] {
  return [...world.volumes.values()].filter((volume) => volume.attachment?.instanceId === instance.id);
}

export function isRoot(volume: VolumeRecord, instance: InstanceRecord): boolean {
  return volume.attachment?.device === instance.image.rootDeviceName;
}

/** Deletes the volumes of a terminated instance. Volumes without DeleteOnTermination stay, and cost money. */
export function releaseVolumes(world: Ec2World, instance: InstanceRecord): void {
  for (const volume of listVolumesOf(world, instance)) {
    if (volume.attachment?.deleteOnTermination) removeVolume(world, volume);
    else world.emit('volume-detached', instance, volume);
    delete volume.attachment;
  }
}

export function removeVolume(world: Ec2World, { id }: VolumeRecord): void {
  world.volumes.delete(id);
  world.storage?.remove(id);
}
