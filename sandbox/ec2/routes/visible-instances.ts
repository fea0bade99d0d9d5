import type { Params } from '../query/params.js';
import { findAll, refuseMissing } from '../world/errors.js';
import type { InstanceRecord } from '../world/records.js';
import type { Ec2World } from '../world/world.js';

/** The instances that requests can see. A new instance is hidden for `invisibleMs`. */
export function listInstances(world: Ec2World): InstanceRecord[] {
  const youngest = Date.now() - world.timeline.invisibleMs;
  return world.instances().filter(({ createdAt }) => createdAt <= youngest);
}

/** @throws Ec2Error `InvalidInstanceID.NotFound` or `.Malformed` for a single bad id */
export function findInstances(world: Ec2World, ids: readonly string[]): InstanceRecord[] {
  const find = (id: string) => {
    const instance = world.instancesById.get(id);
    return instance && isVisible(world, instance) ? instance : undefined;
  };
  return findAll(ids, find, { prefix: 'i-', code: 'InvalidInstanceID', noun: 'instance ID' });
}

/** The instances of a request that must name at least one. */
export function readInstances(world: Ec2World, params: Params): InstanceRecord[] {
  const ids = params.list('InstanceId');
  if (ids.length === 0) throw refuseMissing('InstanceId');
  return findInstances(world, ids);
}

function isVisible(world: Ec2World, instance: InstanceRecord): boolean {
  return Date.now() - instance.createdAt >= world.timeline.invisibleMs;
}
