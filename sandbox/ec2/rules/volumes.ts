import { makeId } from '../world/ids.js';
import type { ImageRecord, ImageVolume, InstanceRecord, Tags, VolumeRecord } from '../world/records.js';
import type { Ec2World } from '../world/world.js';

/** A volume that a launch creates. */
export type VolumeRequest = Pick<
  VolumeRecord,
  'sizeGiB' | 'type' | 'iops' | 'throughput' | 'initializationRate' | 'encrypted' | 'kmsKeyId' | 'snapshotId'
> & { readonly device: string; readonly deleteOnTermination: boolean };

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
    const id = makeId('vol-');
    world.volumes.set(id, {
      ...settings,
      id,
      zone: instance.subnet.zone,
      createdAt: Date.now(),
      attachment: { instanceId: instance.id, device, deleteOnTermination },
      tags: new Map(from.tags),
    });
  }
}

export function listVolumesOf(world: Ec2World, instance: InstanceRecord): VolumeRecord[] {
  return [...world.volumes.values()].filter((volume) => volume.attachment?.instanceId === instance.id);
}

/** Deletes the volumes of a terminated instance. Volumes without DeleteOnTermination stay, and cost money. */
export function releaseVolumes(world: Ec2World, instance: InstanceRecord): void {
  for (const volume of listVolumesOf(world, instance)) {
    if (volume.attachment?.deleteOnTermination) world.volumes.delete(volume.id);
    delete volume.attachment;
  }
}
