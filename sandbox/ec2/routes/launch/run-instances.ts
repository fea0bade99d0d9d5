import type { Params } from '../../query/params.js';
import type { XmlValue } from '../../query/xml.js';
import { findRefusal, takeCapacity } from '../../rules/capacity.js';
import { start } from '../../rules/lifecycle.js';
import { createSpotRequest } from '../../rules/spot-requests.js';
import { createVolumes } from '../../rules/volumes.js';
import { Ec2Error } from '../../world/errors.js';
import { makeId } from '../../world/ids.js';
import type { InstanceRecord, SubnetRecord } from '../../world/records.js';
import { ACCOUNT } from '../../world/seed.js';
import type { Ec2World } from '../../world/world.js';
import { renderInstance } from '../instance-xml.js';
import { readLaunchRequest, type LaunchRequest } from './launch-request.js';

/** Parameters with an effect, and parameters without an effect that the sandbox could show. */
export const RUN_INSTANCES_PARAMETERS = [
  'BlockDeviceMapping',
  'ClientToken',
  'DisableApiTermination',
  'IamInstanceProfile',
  'ImageId',
  'InstanceInitiatedShutdownBehavior',
  'InstanceMarketOptions',
  'InstanceType',
  'KeyName',
  'MaxCount',
  'MetadataOptions',
  'MinCount',
  'NetworkInterface',
  'Placement',
  'SecurityGroupId',
  'SubnetId',
  'TagSpecification',
  'UserData',
  'CreditSpecification',
  'EbsOptimized',
  'MaintenanceOptions',
  'Monitoring',
  'PrivateDnsNameOptions',
];

export function runInstances(world: Ec2World, params: Params): { [element: string]: XmlValue } {
  const clientToken = readClientToken(params);
  const request = readLaunchRequest(world, params);
  const launched = repeatLaunch(world, params, clientToken) ?? launch(world, request, clientToken);
  const [first] = launched;
  return {
    reservationId: first?.reservationId,
    ownerId: ACCOUNT,
    groupSet: [],
    instancesSet: launched.map((instance) => renderInstance(world, instance)),
  };
}

/** The client token, '' if the request has none. */
function readClientToken(params: Params): string {
  const token = params.text('ClientToken') ?? '';
  if (/^[\x20-\x7e]{0,64}$/.test(token)) return token;
  throw new Ec2Error('InvalidParameterValue', 'Invalid client token: at most 64 ASCII characters are allowed.');
}

/**
 * The instances that a client token has already launched. A token is bound to its parameters from the first valid
 * request on, even if that request finds no capacity.
 */
function repeatLaunch(world: Ec2World, params: Params, clientToken: string): InstanceRecord[] | undefined {
  if (clientToken === '') return undefined;
  const fingerprint = params.fingerprint(['ClientToken', 'Action', 'Version']);
  const earlier = world.launches.get(clientToken);
  if (!earlier) {
    world.launches.set(clientToken, { fingerprint });
    return undefined;
  }
  if (earlier.fingerprint !== fingerprint) {
    throw new Ec2Error(
      'IdempotentParameterMismatch',
      'The request uses the same client token as a previous, but non-identical request. Do not reuse a client token ' +
        'with different requests, unless the requests are identical',
    );
  }
  return earlier.instanceIds?.map((id) => world.instance(id));
}

/** Launches as many instances as there is capacity for, at least `min`, all in one subnet. */
function launch(world: Ec2World, request: LaunchRequest, clientToken: string): InstanceRecord[] {
  const { subnet, count } = findRoom(world, request);
  const reservationId = makeId('r-');
  const instances = Array.from({ length: count }, (_, launchIndex) =>
    createInstance(world, request, { subnet, reservationId, launchIndex, clientToken }),
  );
  const remembered = world.launches.get(clientToken);
  if (remembered) remembered.instanceIds = instances.map(({ id }) => id);
  return instances;
}

function findRoom(world: Ec2World, request: LaunchRequest): { subnet: SubnetRecord; count: number } {
  let firstRefusal: Ec2Error | undefined;
  for (const subnet of request.subnets) {
    const room = measureRoom(world, request, subnet);
    if (room.count >= request.count.min) return { subnet, count: room.count };
    firstRefusal ??= room.refusal;
  }
  throw firstRefusal ?? new Ec2Error('InternalError', 'An internal error has occurred');
}

/** Counts the capacity by taking it instance by instance, and releases it again. */
function measureRoom(
  world: Ec2World,
  request: LaunchRequest,
  subnet: SubnetRecord,
): { count: number; refusal?: Ec2Error } {
  const before = { capacity: { ...world.capacity }, freeAddresses: subnet.freeAddresses };
  const plan = { type: request.type.name, subnet: subnet.id, market: request.market };
  let refusal: Ec2Error | undefined;
  let count = 0;
  for (; count < request.count.max; count += 1) {
    refusal = findRefusal(world, request.type, { subnet, market: request.market, alreadyCounted: count });
    if (refusal) break;
    takeCapacity(world, plan);
  }
  Object.assign(world.capacity, before.capacity);
  subnet.freeAddresses = before.freeAddresses;
  return refusal ? { count, refusal } : { count };
}

interface Slot {
  readonly subnet: SubnetRecord;
  readonly reservationId: string;
  readonly launchIndex: number;
  readonly clientToken: string;
}

function createInstance(world: Ec2World, request: LaunchRequest, slot: Slot): InstanceRecord {
  const { count: _count, subnets: _subnets, volumes, tags, maxPrice, keyName, instanceProfile, ...rest } = request;
  const { type, market } = rest;
  const instance: InstanceRecord = {
    ...slot,
    ...rest,
    ...(keyName === undefined ? {} : { keyName }),
    ...(instanceProfile === undefined ? {} : { instanceProfile }),
    id: makeId('i-'),
    privateIp: pickAddress(world, slot.subnet),
    networkInterface: { id: makeId('eni-'), tags: new Map(tags.get('network-interface')) },
    tags: new Map(tags.get('instance')),
    createdAt: Date.now(),
    launchedAt: Date.now(),
    state: 'pending',
    transitionReason: '',
    postedConsole: '',
  };
  world.instancesById.set(instance.id, instance);
  takeCapacity(world, { type: type.name, subnet: slot.subnet.id, market });
  createVolumes(world, instance, { requests: volumes, tags: tags.get('volume') ?? new Map() });
  if (market === 'spot') {
    createSpotRequest(world, instance, { tags: tags.get('spot-instances-request') ?? new Map(), maxPrice });
  }
  world.emit('launched', instance);
  start(world, instance);
  return instance;
}

/** An address of the subnet's range by the instance's number. No client connects to it. */
function pickAddress(world: Ec2World, subnet: SubnetRecord): string {
  const [a, b, c] = subnet.cidr.split('.');
  const number = world.instancesById.size;
  return `${a}.${b}.${Number(c) + Math.floor(number / 200)}.${10 + (number % 200)}`;
}
