import type { InstanceRecord } from '../world/records.js';
import type { AttachmentRecord, VolumeRecord } from '../world/volume-records.js';
import type { Ec2World } from '../world/world.js';
import { isRoot, listVolumesOf } from './volumes.js';

const VOLUME_MS = 50;

/** How long one step of a volume takes, in ms. */
export function stepOf({ timeline }: Ec2World): number {
  return timeline.volumeMs ?? VOLUME_MS;
}

/** attaching → attached. A machine that runs gets the device. */
export function attach(world: Ec2World, volume: VolumeRecord, to: { instance: InstanceRecord; device: string }): void {
  const { instance, device } = to;
  const attachment: AttachmentRecord = {
    instanceId: instance.id,
    device,
    deleteOnTermination: false,
    state: 'attaching',
    attachedAt: Date.now(),
  };
  volume.attachment = attachment;
  world.after(stepOf(world), () => {
    if (volume.attachment !== attachment || attachment.state !== 'attaching') return;
    attachment.state = 'attached';
    world.emit('volume-attached', instance, volume);
    instance.machine?.attach?.(volume);
  });
}

/** A machine has the devices of its volumes, in their sizes. The root's is the machine's own disk. */
export function plugIn(world: Ec2World, instance: InstanceRecord | undefined): void {
  if (!instance) return;
  for (const volume of listVolumesOf(world, instance)) {
    const { state = 'attached' } = volume.attachment ?? {};
    if (state === 'attached' && !isRoot(volume, instance)) instance.machine?.attach?.(volume);
  }
}

/**
 * detaching → available. While the machine has it mounted, the volume is `busy`, unless the detachment is forced.
 * Source: EC2 API reference, DetachVolume.
 */
export function detach(world: Ec2World, volume: VolumeRecord, isForced: boolean): void {
  const { attachment } = volume;
  const instance = world.instancesById.get(attachment?.instanceId ?? '');
  if (!attachment || !instance) return;
  attachment.state = 'detaching';
  const finish = (): void => {
    if (volume.attachment !== attachment) return;
    if (!isForced && instance.machine?.isMounted?.(volume.id)) {
      attachment.state = 'busy';
      world.after(stepOf(world), finish);
      return;
    }
    instance.machine?.detach?.(volume.id);
    delete volume.attachment;
    world.emit('volume-detached', instance, volume);
  };
  world.after(stepOf(world), finish);
}
