import type { Params } from '../query/params.js';
import type { XmlValue } from '../query/xml.js';
import { attach, detach } from '../rules/attachments.js';
import { isRoot, listVolumesOf } from '../rules/volumes.js';
import { Ec2Error, refuseValue } from '../world/errors.js';
import type { InstanceRecord } from '../world/records.js';
import type { VolumeRecord } from '../world/volume-records.js';
import type { Ec2World } from '../world/world.js';
import { findVolume, statusOf } from './find-volumes.js';
import { findInstances } from './visible-instances.js';
import { renderAttachment } from './volumes.js';

type Answer = { [element: string]: XmlValue };

/** Source: EC2 API reference, AttachVolume, and "Error codes for the Amazon EC2 API". */
export function attachVolume(world: Ec2World, params: Params): Answer {
  const device = readDevice(params);
  const volume = findVolume(world, params.require('VolumeId'));
  const instance = findInstances(world, [params.require('InstanceId')])[0]!;
  refuseState(volume, instance);
  if (volume.zone !== instance.subnet.zone) {
    const why = `The volume '${volume.id}' is not in the same availability zone as instance '${instance.id}'`;
    throw new Ec2Error('InvalidVolume.ZoneMismatch', why);
  }
  if (listVolumesOf(world, instance).some((one) => one.attachment?.device === device)) {
    const why = `Invalid value '${device}' for unixDevice. Attachment point ${device} is already in use`;
    throw new Ec2Error('InvalidParameterValue', why);
  }
  attach(world, volume, { instance, device });
  return { ...renderAttachment(volume) };
}

/** Source: EBS user guide, "Device names for volumes on Amazon EC2 instances", for hardware virtual machines. */
function readDevice(params: Params): string {
  const device = params.require('Device');
  if (/^(\/dev\/)?(sd[a-z]([1-9]|1[0-5])?|xvd[a-d]?[a-z])$/.test(device)) return device;
  throw refuseValue(device, 'device', `${device} is not a valid EBS device name.`);
}

function refuseState(volume: VolumeRecord, instance: InstanceRecord): void {
  const status = statusOf(volume);
  if (status === 'in-use') throw new Ec2Error('VolumeInUse', `${volume.id} is already attached to an instance`);
  if (status === 'creating') throw new Ec2Error('IncorrectState', `Volume '${volume.id}' is not 'available'.`);
  if (instance.state === 'running' || instance.state === 'stopped') return;
  throw new Ec2Error('IncorrectState', `Instance '${instance.id}' is not 'running'.`);
}

/** Source: EC2 API reference, DetachVolume. */
export function detachVolume(world: Ec2World, params: Params): Answer {
  const volume = findVolume(world, params.require('VolumeId'));
  const { attachment } = volume;
  if (!attachment) {
    throw new Ec2Error('IncorrectState', `Volume '${volume.id}' is in the '${statusOf(volume)}' state.`);
  }
  const named = { instance: params.text('InstanceId'), device: params.text('Device') };
  if (named.instance !== undefined) findInstances(world, [named.instance]);
  const isOther = (named.instance ?? attachment.instanceId) !== attachment.instanceId;
  if (isOther || (named.device ?? attachment.device) !== attachment.device) {
    const where = `instance '${named.instance ?? attachment.instanceId}' as device '${named.device ?? attachment.device}'`;
    throw new Ec2Error('InvalidAttachment.NotFound', `The volume '${volume.id}' is not attached to ${where}.`);
  }
  const instance = world.instance(attachment.instanceId);
  if (isRoot(volume, instance) && instance.state !== 'stopped') {
    const why = `Unable to detach root volume '${volume.id}' from instance '${instance.id}'`;
    throw new Ec2Error('OperationNotPermitted', why);
  }
  detach(world, volume, params.flag('Force') ?? false);
  return { ...renderAttachment(volume) };
}
