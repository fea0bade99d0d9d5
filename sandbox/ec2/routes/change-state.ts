import type { Params } from '../query/params.js';
import type { XmlValue } from '../query/xml.js';
import { findRefusal } from '../rules/capacity.js';
import { byUser, restart, stop, terminate } from '../rules/lifecycle.js';
import { Ec2Error, refuseUnmodeled } from '../world/errors.js';
import type { InstanceRecord, InstanceStateName } from '../world/records.js';
import type { Ec2World } from '../world/world.js';
import { renderState } from './instance-xml.js';
import { readInstances } from './visible-instances.js';

type Answer = { [element: string]: XmlValue };

/**
 * Idempotent: a terminated instance may be terminated again. If one instance is protected, the request fails; instances
 * in its zone stay, those in other zones end. Source: EC2 API reference, TerminateInstances.
 */
export function terminateInstances(world: Ec2World, params: Params): Answer {
  const instances = readInstances(world, params);
  const guarded = instances.find((instance) => instance.protectedFromTermination);
  if (guarded) {
    const zones = new Set(instances.flatMap((one) => (one.protectedFromTermination ? one.subnet.zone : [])));
    for (const one of instances) if (!zones.has(one.subnet.zone)) terminate(world, one, byUser());
    const why = `The instance '${guarded.id}' may not be terminated. Modify its 'disableApiTermination' instance attribute`;
    throw new Ec2Error('OperationNotPermitted', `${why} and try again.`);
  }
  return change(instances, (instance) => terminate(world, instance, byUser()));
}

export function stopInstances(world: Ec2World, params: Params): Answer {
  if (params.flag('Hibernate')) throw refuseUnmodeled('hibernation');
  const instances = readInstances(world, params);
  for (const instance of instances) {
    if (instance.market === 'spot') {
      const why = `You can't stop the Spot Instance '${instance.id}' because it is associated with a one-time Spot`;
      throw new Ec2Error('UnsupportedOperation', `${why} Instance request.`);
    }
    refuseState(instance, ['running', 'stopping', 'stopped'], 'stopped');
  }
  return change(instances, (instance) => stop(world, instance, byUser()));
}

export function startInstances(world: Ec2World, params: Params): Answer {
  const instances = readInstances(world, params);
  for (const instance of instances) {
    refuseState(instance, ['pending', 'running', 'stopped'], 'started');
    const refusal = instance.state === 'stopped' && findRefusal(world, instance.type, instance);
    if (refusal) throw refusal;
  }
  return change(instances, (instance) => {
    if (instance.state === 'stopped') restart(world, instance);
  });
}

function refuseState(instance: InstanceRecord, allowed: readonly InstanceStateName[], what: string): void {
  if (allowed.includes(instance.state)) return;
  const why = `The instance '${instance.id}' is not in a state from which it can be ${what}.`;
  throw new Ec2Error('IncorrectInstanceState', why);
}

function change(instances: readonly InstanceRecord[], act: (instance: InstanceRecord) => void): Answer {
  const instancesSet = instances.map((instance) => {
    const previous = instance.state;
    act(instance);
    const [currentState, previousState] = [renderState(instance.state), renderState(previous)];
    return { instanceId: instance.id, currentState, previousState };
  });
  return { instancesSet };
}
