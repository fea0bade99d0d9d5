import type { Params } from '../query/params.js';
import type { XmlValue } from '../query/xml.js';
import { Ec2Error, refuseMissing } from '../world/errors.js';
import type { InstanceRecord } from '../world/records.js';
import type { Ec2World } from '../world/world.js';
import { readUserData } from './launch/launch-request.js';
import { findInstances } from './visible-instances.js';

type Change = (instance: InstanceRecord, params: Params) => void;

/** By the attribute's name. */
const CHANGES: Readonly<Record<string, Change>> = {
  UserData: (instance, params) => {
    // The instance must be stopped. Source: EC2 API reference, ModifyInstanceAttribute.
    requireStopped(instance, 'userData');
    instance.userData = readUserData(params, 'UserData.Value');
  },
  InstanceInitiatedShutdownBehavior: (instance, params) => {
    if (instance.state === 'terminated') throw refuseState(instance, 'instanceInitiatedShutdownBehavior');
    const behavior = params.structure('InstanceInitiatedShutdownBehavior');
    instance.shutdownBehavior = behavior.choice('Value', ['stop', 'terminate'], 'stop');
  },
};

/** The attributes that the sandbox can change. */
export const CHANGEABLE = Object.keys(CHANGES);

/** Changes one attribute per request, as EC2 does. */
export function modifyInstanceAttribute(world: Ec2World, params: Params): { [element: string]: XmlValue } {
  const [instance] = findInstances(world, [params.require('InstanceId')]);
  const requested = CHANGEABLE.filter((name) => params.has(name));
  if (!instance || requested.length === 0) throw refuseMissing('attribute');
  if (requested.length > 1) {
    throw new Ec2Error('InvalidParameterCombination', 'Fields for multiple attribute types specified');
  }
  for (const name of requested) CHANGES[name]!(instance, params);
  return { return: true };
}

function requireStopped(instance: InstanceRecord, attribute: string): void {
  if (instance.state !== 'stopped') throw refuseState(instance, attribute);
}

function refuseState({ id, state }: InstanceRecord, attribute: string): Ec2Error {
  const why = `The instance '${id}' is currently in '${state}' state. Modify '${attribute}' attribute requires it to be stopped.`;
  return new Ec2Error('IncorrectInstanceState', why);
}
