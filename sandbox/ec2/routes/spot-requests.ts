import type { Params } from '../query/params.js';
import { applyFilters, cutPage, type FilterFields } from '../query/select.js';
import type { XmlValue } from '../query/xml.js';
import { findAll, refuseMissing } from '../world/errors.js';
import type { SpotRequestRecord } from '../world/records.js';
import type { Ec2World } from '../world/world.js';
import { renderTags } from './tags.js';

const KIND = { prefix: 'sir-', code: 'InvalidSpotInstanceRequestID', noun: 'spot instance request ID' };

/** Cancels the request. Its instance goes on. */
export function cancelSpotRequests(world: Ec2World, params: Params): { [element: string]: XmlValue } {
  const ids = params.list('SpotInstanceRequestId');
  if (ids.length === 0) throw refuseMissing('spotInstanceRequestId');
  const requests = findAll(ids, (id) => world.spotRequests.get(id), KIND);
  for (const request of requests) {
    if (request.state !== 'active' && request.state !== 'open') continue;
    request.status = request.state === 'open' ? cancelledBeforeFulfillment() : cancelledAfterFulfillment();
    request.state = 'cancelled';
  }
  return { spotInstanceRequestSet: requests.map(({ id, state }) => ({ spotInstanceRequestId: id, state })) };
}

function cancelledBeforeFulfillment(): SpotRequestRecord['status'] {
  const message = 'Your Spot request is canceled before it was fulfilled.';
  return { code: 'canceled-before-fulfillment', message, at: Date.now() };
}

function cancelledAfterFulfillment(): SpotRequestRecord['status'] {
  const message = 'Your Spot request is canceled, but your instance is still running.';
  return { code: 'request-canceled-and-instance-running', message, at: Date.now() };
}

const FILTERS: FilterFields<SpotRequestRecord> = {
  'spot-instance-request-id': (request) => request.id,
  'instance-id': (request) => request.instanceId,
  state: (request) => request.state,
  'status-code': (request) => request.status.code,
};

export function describeSpotRequests(world: Ec2World, params: Params): { [element: string]: XmlValue } {
  const ids = params.list('SpotInstanceRequestId');
  const find = (id: string) => world.spotRequests.get(id);
  const requested = ids.length > 0 ? findAll(ids, find, KIND) : [...world.spotRequests.values()];
  const page = cutPage(applyFilters(requested, params, FILTERS), params, { min: 5, max: 1000 });
  return {
    spotInstanceRequestSet: page.items.map((request) => renderRequest(request, world)),
    nextToken: page.nextToken,
  };
}

function renderRequest(request: SpotRequestRecord, world: Ec2World): XmlValue {
  const launched = request.instanceId === undefined ? undefined : world.instance(request.instanceId);
  return {
    spotInstanceRequestId: request.id,
    spotPrice: request.maxPrice ?? launched?.type.price.toFixed(6),
    type: 'one-time',
    state: request.state,
    status: { code: request.status.code, message: request.status.message, updateTime: new Date(request.status.at) },
    launchSpecification: launched && {
      imageId: launched.image.id,
      instanceType: launched.type.name,
      subnetId: launched.subnet.id,
    },
    instanceId: request.instanceId,
    createTime: new Date(request.createdAt),
    productDescription: 'Linux/UNIX',
    launchedAvailabilityZone: launched?.subnet.zone,
    instanceInterruptionBehavior: 'terminate',
    tagSet: renderTags(request.tags),
  };
}
