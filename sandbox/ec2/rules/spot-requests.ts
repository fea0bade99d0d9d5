import { makeId } from '../world/ids.js';
import type { InstanceRecord, Tags } from '../world/records.js';
import type { Ec2World } from '../world/world.js';

/** Creates the one-time spot request of a spot instance. It stays after the instance's end, closed. */
export function createSpotRequest(
  world: Ec2World,
  instance: InstanceRecord,
  from: { readonly tags: Tags; readonly maxPrice: string | undefined },
): void {
  const id = `sir-${makeId('').slice(-8)}`;
  instance.spotRequestId = id;
  world.spotRequests.set(id, {
    id,
    instanceId: instance.id,
    createdAt: Date.now(),
    ...(from.maxPrice === undefined ? {} : { maxPrice: from.maxPrice }),
    state: 'active',
    status: { code: 'fulfilled', message: 'Your spot request is fulfilled.', at: Date.now() },
    tags: new Map(from.tags),
  });
}

export function closeSpotRequest(world: Ec2World, instance: InstanceRecord): void {
  const request = world.spotRequests.get(instance.spotRequestId ?? '');
  if (!request) return;
  if (request.state === 'active') request.state = 'closed';
  const interrupted = instance.stateReason?.code === 'Server.SpotInstanceTermination';
  request.status = {
    code: interrupted ? 'instance-terminated-no-capacity' : 'instance-terminated-by-user',
    message: interrupted
      ? 'Your Spot instance was terminated because there is no Spot capacity available.'
      : 'Spot Instance terminated due to user-initiated termination.',
    at: Date.now(),
  };
}
