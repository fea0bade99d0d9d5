import { idsIn, place } from '../kernel/region.js';
import type { ImageReference, MachineRequest, Zone } from './request.js';

/** One place to launch into, with the image and the security groups of the instances there. */
export interface Site {
  readonly region: string;
  /** As in a plan. */
  readonly zone?: string;
  readonly image: ImageReference;
  /** Absent: EC2's default subnet. */
  readonly subnetId?: string;
  readonly securityGroupIds: readonly string[];
}

/** The places that a request names, in the order in which they are tried. */
export function listSites(machine: MachineRequest, home: string): readonly Site[] {
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
function listZones(zones: readonly Zone[], home: string): readonly Site[] {
  const setups = zones.map(({ region = home, image, securityGroupIds }) =>
    JSON.stringify([region, image, securityGroupIds]),
  );
  return zones.map(({ region = home, ...zone }, at) => ({
    ...zone,
    region,
    zone: `${region} ${setups.indexOf(setups[at]!) + 1}`,
  }));
}

/** The key of sites with one region and one image, about which EC2 is asked once. */
export function imageKeyOf({ region, image }: Site): string {
  return JSON.stringify([region, image]);
}

/** Groups places by a key, in the order in which the keys first occur. */
export function groupSites(sites: readonly Site[], keyOf: (site: Site) => string): readonly (readonly Site[])[] {
  const groups = new Map<string, Site[]>();
  for (const site of sites) groups.set(keyOf(site), [...(groups.get(keyOf(site)) ?? []), site]);
  return [...groups.values()];
}
