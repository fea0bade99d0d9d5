/**
 * Prices in us-east-1 in USD, for estimates only. Source: AWS's price list, "Amazon EC2 On-Demand Pricing"
 * (Linux) and "Amazon EBS pricing", as several third parties had published it by June 2026. Most other regions cost
 * more, and spot instances less.
 */
export const PRICES_OF = 'us-east-1, June 2026';

/** Price per hour of the family's `xlarge`. In these families the price is proportional to the size. */
const FAMILIES: ReadonlyMap<string, number> = new Map(
  Object.entries({
    a1: 0.102,
    c5: 0.17,
    c6g: 0.136,
    c6i: 0.17,
    c7g: 0.145,
    c7i: 0.1785,
    c8g: 0.1595,
    m5: 0.192,
    m5a: 0.172,
    m6a: 0.1728,
    m6g: 0.154,
    m6i: 0.192,
    m7a: 0.2318,
    m7g: 0.1632,
    m7i: 0.2016,
    m8g: 0.1795,
    r5: 0.252,
    r6g: 0.2016,
    r6i: 0.252,
    r7g: 0.2142,
    r7i: 0.2646,
    t3: 0.1664,
    t3a: 0.1504,
    t4g: 0.1344,
  }),
);

/** Price per hour of types whose price is not proportional to their size. */
const TYPES: ReadonlyMap<string, number> = new Map(
  Object.entries({
    'g4dn.xlarge': 0.526,
    'g4dn.2xlarge': 0.752,
    'g4dn.4xlarge': 1.204,
    'g4dn.8xlarge': 2.176,
    'g5.xlarge': 1.006,
    'g5.2xlarge': 1.212,
    'g5.4xlarge': 1.624,
    'g5.8xlarge': 2.448,
    'g6.xlarge': 0.8048,
    'g6.2xlarge': 0.9776,
    'g6.4xlarge': 1.3232,
    'g6.8xlarge': 2.0144,
    'g6e.xlarge': 1.861,
  }),
);

const SMALL_SIZES: ReadonlyMap<string, number> = new Map(
  Object.entries({
    nano: 1 / 32,
    micro: 1 / 16,
    small: 1 / 8,
    medium: 1 / 4,
    large: 1 / 2,
    xlarge: 1,
  }),
);

/** Price per GiB and month of 730 hours. */
const VOLUMES: ReadonlyMap<string, number> = new Map(Object.entries({ gp2: 0.1, gp3: 0.08 }));

const HOUR_MS = 3_600_000;

/** On-demand price in USD for `ms`; `undefined` for a type that is not in the tables. */
export function estimateInstance(type: string, ms: number): number | undefined {
  const [family = '', size = ''] = type.split('.');
  const multiple = Number(/^([2-9]|[1-9]\d)xlarge$/.exec(size)?.[1]) || SMALL_SIZES.get(size);
  const base = FAMILIES.get(family);
  const hourly = TYPES.get(type) ?? (base !== undefined && multiple !== undefined ? base * multiple : undefined);
  return hourly === undefined ? undefined : (hourly * ms) / HOUR_MS;
}

/** Price in USD for `ms`, without extra performance; `undefined` for a type that is not in the table. */
export function estimateVolume({ type, sizeGiB }: { type: string; sizeGiB: number }, ms: number): number | undefined {
  const monthly = VOLUMES.get(type);
  return monthly === undefined ? undefined : (monthly * sizeGiB * ms) / (730 * HOUR_MS);
}
