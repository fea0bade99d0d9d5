import { idsIn, place } from '../kernel/region.js';
import type { SecurityGroupFacts, SubnetFacts } from '../ports/catalog.js';
import { setupKeyOf } from './region-setup.js';
import type { ImageReference, MachineRequest, Zone } from './request.js';

/** One place to launch into, with the image and the security groups of the instances there. */
export interface Place {
  readonly region: string;
  /** As in a plan. */
  readonly zone?: string;
  readonly image: ImageReference;
  /** Absent: EC2's default subnet. */
  readonly subnetId?: string;
  readonly securityGroupIds: readonly string[];
}

/** The places that a request names, in the order in which they are tried. */
export function listPlaces(machine: MachineRequest, home: string): readonly Place[] {
  const { image, subnetIds, securityGroupIds, zones } = machine;
  if (zones) return listZones(zones, home);
  const places = subnetIds.length > 0 ? subnetIds.map((subnet) => place(subnet, home)) : [{ region: home }];
  return places.map((where) => ({
    region: where.region,
    image,
    ...('id' in where && { subnetId: where.id }),
    securityGroupIds: idsIn(where.region, securityGroupIds, home),
  }));
}

/** Zones of one region with one image and the same groups are launched into alike. */
function listZones(zones: readonly Zone[], home: string): readonly Place[] {
  const setups = zones.map(({ region = home, image, securityGroupIds }) =>
    JSON.stringify([region, image, securityGroupIds]),
  );
  return zones.map(({ region = home, ...zone }, at) => ({
    ...zone,
    region,
    zone: `${region} ${setups.indexOf(setups[at]!) + 1}`,
  }));
}

/** The key of places with one region and one image, about which EC2 is asked once. */
export function imageKeyOf({ region, image }: Place): string {
  return JSON.stringify([region, image]);
}

/** Groups places by a key, in the order in which the keys first occur. */
export function groupPlaces(places: readonly Place[], keyOf: (place: Place) => string): readonly (readonly Place[])[] {
  const groups = new Map<string, Place[]>();
  for (const place of places) groups.set(keyOf(place), [...(groups.get(keyOf(place)) ?? []), place]);
  return [...groups.values()];
}

/** Subnets that are launched into with the same groups must be in the network of these groups. */
export function checkNetworks(
  places: readonly Place[],
  subnets: readonly SubnetFacts[],
  groups: readonly SecurityGroupFacts[],
): string[] {
  return groupPlaces(places, setupKeyOf).flatMap((alike) =>
    checkNetwork([
      ...subnets.filter(({ id }) => alike.some(({ subnetId }) => subnetId === id)),
      ...groups.filter(({ id }) => alike[0]!.securityGroupIds.includes(id)),
    ]),
  );
}

function checkNetwork(parts: readonly (SubnetFacts | SecurityGroupFacts)[]): string[] {
  if (new Set(parts.map(({ vpcId }) => vpcId)).size <= 1) return [];
  const places = parts.map(({ id, vpcId }) => `${id} in ${vpcId}`).join(', ');
  return [
    `\`subnet-id\` and \`security-group-id\` belong to different networks: ${places}; allowed: one VPC in a region.`,
  ];
}
