import type { Params } from '../query/params.js';
import type { XmlValue } from '../query/xml.js';
import { Ec2Error, refuseUnmodeled } from '../world/errors.js';
import type { InstanceRecord } from '../world/records.js';
import type { Ec2World } from '../world/world.js';
import { findInstances } from './visible-instances.js';

type Answer = { [element: string]: XmlValue };

/** EC2 keeps the last 64 KB. Source: EC2 API reference, GetConsoleOutput. */
const CONSOLE_LIMIT = 65_536;

/** With `Latest`, the serial console as it is now. Without, as posted when the machine last powered off. */
export function getConsoleOutput(world: Ec2World, params: Params): Answer {
  const instance = readInstance(world, params);
  const text = params.flag('Latest') ? world.readConsole(instance.id) : instance.postedConsole;
  const output = Buffer.from(text).subarray(-CONSOLE_LIMIT).toString('base64');
  return { instanceId: instance.id, timestamp: new Date(), output };
}

export function describeInstanceAttribute(world: Ec2World, params: Params): Answer {
  const instance = readInstance(world, params);
  const attribute = params.require('Attribute');
  const value = readAttribute(instance, attribute);
  if (value === undefined) throw refuseUnmodeled(`the instance attribute ${attribute}`);
  return { instanceId: instance.id, [attribute]: value };
}

function readAttribute(instance: InstanceRecord, attribute: string): XmlValue {
  switch (attribute) {
    case 'userData':
      return instance.userData ? { value: instance.userData.toString('base64') } : {};
    case 'instanceInitiatedShutdownBehavior':
      return { value: instance.shutdownBehavior };
    case 'instanceType':
      return { value: instance.type.name };
    case 'disableApiTermination':
      return { value: instance.protectedFromTermination };
    case 'rootDeviceName':
      return { value: instance.image.rootDeviceName };
    default:
      return undefined;
  }
}

function readInstance(world: Ec2World, params: Params): InstanceRecord {
  const [instance] = findInstances(world, [params.require('InstanceId')]);
  if (!instance) throw new Ec2Error('InternalError', 'An internal error has occurred');
  return instance;
}
