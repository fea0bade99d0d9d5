import type { XmlValue } from '../query/xml.js';
import { listVolumesOf } from '../rules/volumes.js';
import type { InstanceRecord, InstanceStateName } from '../world/records.js';
import { ACCOUNT } from '../world/seed.js';
import type { Ec2World } from '../world/world.js';
import { zoneId } from './network.js';
import { renderTags } from './tags.js';

/** Source: EC2 API reference, InstanceState `Code`. */
export const STATE_CODES: Readonly<Record<InstanceStateName, number>> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

export function renderState(state: InstanceStateName): XmlValue {
  return { code: STATE_CODES[state], name: state };
}

export function isGone(instance: InstanceRecord): boolean {
  return instance.state === 'terminated';
}

/** An instance as DescribeInstances shows it. A terminated instance has no network and no volumes. */
export function renderInstance(world: Ec2World, instance: InstanceRecord): XmlValue {
  const { type, image } = instance;
  return {
    instanceId: instance.id,
    imageId: image.id,
    instanceState: renderState(instance.state),
    privateDnsName: isGone(instance) ? '' : `ip-${instance.privateIp.replaceAll('.', '-')}.ec2.internal`,
    dnsName: '',
    reason: instance.transitionReason,
    keyName: instance.keyName,
    amiLaunchIndex: instance.launchIndex,
    productCodes: [],
    instanceType: type.name,
    launchTime: new Date(instance.launchedAt),
    placement: renderPlacement(instance.subnet.zone),
    ...(isGone(instance) ? {} : renderNetwork(instance)),
    stateReason: renderReason(instance),
    architecture: image.architecture,
    rootDeviceType: 'ebs',
    rootDeviceName: image.rootDeviceName,
    blockDeviceMapping: renderVolumes(world, instance),
    clientToken: instance.clientToken,
    spotInstanceRequestId: instance.spotRequestId,
    instanceLifecycle: instance.market === 'spot' ? 'spot' : undefined,
    tagSet: renderTags(instance.tags),
    iamInstanceProfile: renderProfile(instance.instanceProfile),
    cpuOptions: { coreCount: type.vcpus / 2, threadsPerCore: 2 },
    metadataOptions: renderMetadataOptions(instance),
    ...SAME_FOR_ALL,
  };
}

const SAME_FOR_ALL: { readonly [element: string]: XmlValue } = {
  monitoring: { state: 'disabled' },
  virtualizationType: 'hvm',
  hypervisor: 'xen',
  ebsOptimized: false,
  enaSupport: true,
  capacityReservationSpecification: { capacityReservationPreference: 'open' },
  hibernationOptions: { configured: false },
  enclaveOptions: { enabled: false },
  platformDetails: 'Linux/UNIX',
};

function renderPlacement(zone: string): XmlValue {
  return { availabilityZone: zone, availabilityZoneId: zoneId(zone), groupName: '', tenancy: 'default' };
}

function renderProfile(name: string | undefined): XmlValue {
  if (name === undefined) return undefined;
  return { arn: `arn:aws:iam::${ACCOUNT}:instance-profile/${name}`, id: 'AIPASANDBOX0000000000' };
}

function renderMetadataOptions({ state, metadata }: InstanceRecord): XmlValue {
  return {
    state: state === 'pending' ? 'pending' : 'applied',
    httpTokens: metadata.tokens,
    httpPutResponseHopLimit: metadata.hopLimit,
    httpEndpoint: metadata.enabled ? 'enabled' : 'disabled',
    httpProtocolIpv6: 'disabled',
    instanceMetadataTags: metadata.tagsServed ? 'enabled' : 'disabled',
  };
}

function renderReason(instance: InstanceRecord): XmlValue {
  if (instance.stateReason) return { ...instance.stateReason };
  return instance.state === 'pending' ? { code: 'pending', message: 'pending' } : undefined;
}

function renderNetwork(instance: InstanceRecord): { [element: string]: XmlValue } {
  const { subnet, groups, privateIp, networkInterface } = instance;
  const groupSet = groups.map(({ id, name }) => ({ groupId: id, groupName: name }));
  const place = { subnetId: subnet.id, vpcId: subnet.vpcId, privateIpAddress: privateIp, sourceDestCheck: true };
  const attachment = { deviceIndex: 0, status: 'attached', deleteOnTermination: true };
  const card = { ...place, networkInterfaceId: networkInterface.id, status: 'in-use', groupSet, attachment };
  return { ...place, groupSet, networkInterfaceSet: [card] };
}

/** EC2 lists an instance's volumes once the instance runs. */
function renderVolumes(world: Ec2World, instance: InstanceRecord): XmlValue {
  if (instance.state === 'pending') return [];
  return listVolumesOf(world, instance).map((volume) => ({
    deviceName: volume.attachment?.device,
    ebs: {
      volumeId: volume.id,
      status: volume.attachment?.state ?? 'attached',
      attachTime: new Date(volume.attachment?.attachedAt ?? volume.createdAt),
      deleteOnTermination: volume.attachment?.deleteOnTermination,
    },
  }));
}
