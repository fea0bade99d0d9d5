import { Failure } from './failure.js';
import { nearest } from './nearest.js';

/** The id of a subnet or security group, and its region. */
export interface Placed {
  readonly region: string;
  readonly id: string;
}

/** Parses `eu-west-1/subnet-0a1b` or, for the home region, `subnet-0a1b`. */
export function place(text: string, home: string): Placed {
  const [region, id] = text.includes('/') ? text.split('/') : [home, text];
  return { region: region!, id: id! };
}

/** The ids in this list that belong to the region. */
export function idsIn(region: string, places: readonly string[], home: string): string[] {
  return places
    .map((one) => place(one, home))
    .filter((one) => one.region === region)
    .map(({ id }) => id);
}

/** The regions that a request's subnets name, in their order; the home region if there are no subnets. */
export function regionsOf(subnets: readonly string[], home: string): string[] {
  const named = subnets.map((one) => place(one, home).region);
  return named.length > 0 ? [...new Set(named)] : [home];
}

/** Groups things by their region, in the order in which the regions first occur. */
export function groupByRegion<T extends { readonly region: string }>(things: readonly T[]): ReadonlyMap<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of things) groups.set(one.region, [...(groups.get(one.region) ?? []), one]);
  return groups;
}

/**
 * @param option the name of the input or option that named the regions
 * @throws Failure `bad-input` for a region that the account does not have
 */
export function refuseUnknownRegions(regions: readonly string[], known: readonly string[], option = 'regions'): void {
  const unknown = regions.filter((region) => !known.includes(region));
  if (unknown.length === 0) return;
  const near = unknown.flatMap((region) => nearest(region, known) ?? []);
  const guess = near.length > 0 ? ` Did you mean ${near.join(', ')}?` : '';
  throw new Failure(
    'bad-input',
    `\`${option}\` names ${unknown.join(', ')}, which this account does not have.${guess}`,
    {
      hint: `Correct it, or enable the region for the account. It has: ${known.toSorted().join(', ')}.`,
    },
  );
}
