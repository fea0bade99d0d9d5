import { Ec2Error } from '../world/errors.js';
import { isOfferedIn, quotaBucketOf, type InstanceType } from '../world/instance-types.js';
import type { SubnetRecord } from '../world/records.js';
import type { Ec2World } from '../world/world.js';

interface Plan {
  readonly type: string;
  readonly subnet: string;
  readonly market: string;
}

/** The error of EC2 for a launch of one instance at this place. `undefined` if there is capacity. */
export function findRefusal(
  world: Ec2World,
  type: InstanceType,
  place: {
    readonly subnet: SubnetRecord;
    readonly market: 'on-demand' | 'spot';
    /** Instances of the same launch that are not created yet. */
    readonly alreadyCounted?: number;
  },
): Ec2Error | undefined {
  const { subnet, market, alreadyCounted = 0 } = place;
  const plan = { type: type.name, subnet: subnet.id, market };
  if (!isOfferedIn(type, subnet.zone))
    return new Ec2Error('Unsupported', describeUnsupported(world, type, subnet.zone));
  const code = matchingKeys(world.refusals, plan)[0];
  if (code !== undefined) return refuse(world.refusals[code] ?? '', type, place);
  if (exceedsQuota(world, type, { market, alreadyCounted })) {
    return refuse(market === 'spot' ? 'MaxSpotInstanceCountExceeded' : 'VcpuLimitExceeded', type, place);
  }
  if (subnet.freeAddresses < 1) return refuse('InsufficientFreeAddressesInSubnet', type, place);
  const isFull = matchingKeys(world.capacity, plan).some((key) => (world.capacity[key] ?? 0) < 1);
  return isFull ? refuse('InsufficientInstanceCapacity', type, place) : undefined;
}

export function takeCapacity(world: Ec2World, plan: Plan): void {
  changeCapacity(world, plan, -1);
}

export function releaseCapacity(world: Ec2World, plan: Plan): void {
  changeCapacity(world, plan, 1);
}

function changeCapacity(world: Ec2World, plan: Plan, by: number): void {
  for (const key of matchingKeys(world.capacity, plan)) world.capacity[key] = (world.capacity[key] ?? 0) + by;
  const subnet = world.subnets.get(plan.subnet);
  if (subnet) subnet.freeAddresses += by;
}

function matchingKeys(byPlan: Readonly<Record<string, unknown>>, plan: Plan): string[] {
  const parts = [plan.type, plan.subnet, plan.market];
  return Object.keys(byPlan).filter((key) =>
    key.split('/').every((part, index) => part === '*' || part === parts[index]),
  );
}

function exceedsQuota(
  world: Ec2World,
  type: InstanceType,
  launch: { readonly market: 'on-demand' | 'spot'; readonly alreadyCounted: number },
): boolean {
  const { market, alreadyCounted } = launch;
  const bucket = quotaBucketOf(type);
  const limit = world.quota[`${bucket}/${market}`];
  if (limit === undefined) return false;
  const used = world
    .instances()
    .filter((instance) => instance.market === market && quotaBucketOf(instance.type) === bucket)
    .filter((instance) => instance.state !== 'terminated' && instance.state !== 'stopped')
    .reduce((sum, instance) => sum + instance.type.vcpus, 0);
  return used + type.vcpus * (alreadyCounted + 1) > limit;
}

function refuse(code: string, type: InstanceType, place: { subnet: SubnetRecord; market: string }): Ec2Error {
  return new Ec2Error(code, describe(code, type, place));
}

function describe(code: string, type: InstanceType, place: { subnet: SubnetRecord; market: string }): string {
  const { subnet, market } = place;
  switch (code) {
    case 'InsufficientInstanceCapacity':
      return market === 'spot'
        ? 'There is no Spot capacity available that matches your request.'
        : `We currently do not have sufficient ${type.name} capacity in the Availability Zone you requested ` +
            `(${subnet.zone}). Our system will be working on provisioning additional capacity. You can currently get ` +
            `${type.name} capacity by not specifying an Availability Zone in your request.`;
    case 'VcpuLimitExceeded':
      return (
        'You have requested more vCPU capacity than your current vCPU limit allows for the instance bucket that the ' +
        'specified instance type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to request an ' +
        'adjustment to this limit.'
      );
    case 'MaxSpotInstanceCountExceeded':
      return 'Max spot instance count exceeded';
    case 'AuthFailure.ServiceLinkedRoleCreationNotPermitted':
      return 'The provided credentials do not have permission to create the service-linked role for EC2 Spot Instances.';
    case 'InsufficientFreeAddressesInSubnet':
      return `There are not enough free addresses in subnet '${subnet.id}' to satisfy the requested number of instances.`;
    default:
      return `The sandbox is set to refuse ${type.name} in ${subnet.id} (${market}) with ${code}.`;
  }
}

function describeUnsupported(world: Ec2World, type: InstanceType, zone: string): string {
  const zones = [...new Set([...world.subnets.values()].map((subnet) => subnet.zone))];
  const offered = zones.filter((candidate) => isOfferedIn(type, candidate)).join(', ');
  return (
    `Your requested instance type (${type.name}) is not supported in your requested Availability Zone (${zone}). ` +
    `Please retry your request by not specifying an Availability Zone or choosing ${offered}.`
  );
}
