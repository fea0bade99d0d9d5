import type { Params } from '../query/params.js';
import { applyFilters, cutPage, type FilterFields } from '../query/select.js';
import type { XmlValue } from '../query/xml.js';
import { Ec2Error } from '../world/errors.js';
import type { Timeline } from '../world/options.js';
import type { InstanceRecord } from '../world/records.js';
import { ACCOUNT } from '../world/seed.js';
import type { Ec2World } from '../world/world.js';
import { isGone, renderInstance, renderState, STATE_CODES } from './instance-xml.js';
import { findInstances, listInstances } from './visible-instances.js';

const FILTERS: FilterFields<InstanceRecord> = {
  'instance-id': (instance) => instance.id,
  'instance-state-name': (instance) => instance.state,
  'instance-state-code': (instance) => `${STATE_CODES[instance.state]}`,
  'client-token': (instance) => instance.clientToken,
  'image-id': (instance) => instance.image.id,
  'instance-type': (instance) => instance.type.name,
  'instance-lifecycle': (instance) => (instance.market === 'spot' ? 'spot' : undefined),
  'spot-instance-request-id': (instance) => instance.spotRequestId,
  'reservation-id': (instance) => instance.reservationId,
  'subnet-id': (instance) => (isGone(instance) ? undefined : instance.subnet.id),
  'vpc-id': (instance) => (isGone(instance) ? undefined : instance.subnet.vpcId),
  'availability-zone': (instance) => instance.subnet.zone,
  'instance.group-id': (instance) => (isGone(instance) ? [] : instance.groups.map(({ id }) => id)),
  'private-ip-address': (instance) => (isGone(instance) ? undefined : instance.privateIp),
  'key-name': (instance) => instance.keyName,
  'owner-id': () => ACCOUNT,
  'state-reason-code': (instance) => instance.stateReason?.code,
  architecture: (instance) => instance.image.architecture,
};

export function describeInstances(world: Ec2World, params: Params): { [element: string]: XmlValue } {
  const ids = params.list('InstanceId');
  if (ids.length > 0 && params.text('MaxResults') !== undefined) {
    const why = 'The parameter instancesSet cannot be used with the parameter maxResults';
    throw new Ec2Error('InvalidParameterCombination', why);
  }
  const requested = ids.length > 0 ? findInstances(world, ids) : listInstances(world);
  const page = cutPage(applyFilters(requested, params, FILTERS), params, { min: 5, max: 1000 });
  const reservationIds = new Set(page.items.map((instance) => instance.reservationId));
  const reservationSet = [...reservationIds].map((reservationId) => ({
    reservationId,
    ownerId: ACCOUNT,
    groupSet: [],
    instancesSet: page.items
      .filter((instance) => instance.reservationId === reservationId)
      .map((instance) => renderInstance(world, instance)),
  }));
  return { reservationSet, nextToken: page.nextToken };
}

const makeStatusFilters = ({ timeline }: Ec2World): FilterFields<InstanceRecord> => ({
  'instance-state-name': (instance) => instance.state,
  'instance-state-code': (instance) => `${STATE_CODES[instance.state]}`,
  'availability-zone': (instance) => instance.subnet.zone,
  'instance-status.status': (instance) => checksOf(instance, timeline),
  'system-status.status': (instance) => checksOf(instance, timeline),
});

export function describeInstanceStatus(world: Ec2World, params: Params): { [element: string]: XmlValue } {
  const all = params.flag('IncludeAllInstances') ?? false;
  const ids = params.list('InstanceId');
  const requested = ids.length > 0 ? findInstances(world, ids) : listInstances(world);
  const running = requested.filter((instance) => all || instance.state === 'running');
  const page = cutPage(applyFilters(running, params, makeStatusFilters(world)), params, { min: 5, max: 1000 });
  const instanceStatusSet = page.items.map((instance) => ({
    instanceId: instance.id,
    availabilityZone: instance.subnet.zone,
    instanceState: renderState(instance.state),
    systemStatus: renderChecks(instance, world.timeline),
    instanceStatus: renderChecks(instance, world.timeline),
  }));
  return { instanceStatusSet, nextToken: page.nextToken };
}

function checksOf({ state, launchedAt }: InstanceRecord, { pendingMs, checksMs = Infinity }: Timeline): string {
  if (state !== 'running') return 'not-applicable';
  return launchedAt + pendingMs + checksMs <= Date.now() ? 'ok' : 'initializing';
}

function renderChecks(instance: InstanceRecord, timeline: Timeline): XmlValue {
  const status = checksOf(instance, timeline);
  const check = { name: 'reachability', status: status === 'ok' ? 'passed' : status };
  return { status, details: instance.state === 'running' ? [check] : [] };
}
