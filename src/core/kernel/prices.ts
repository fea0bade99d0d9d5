import { PRICE_TABLE } from './price-table.js';

/** For estimates only: most regions that the table lacks cost more than this one, and spot instances cost less. */
const REFERENCE = 'us-east-1';

/** Of which region and date the prices are, for a region; as a part of a sentence. */
export function describePrices(region = REFERENCE): string {
  const listed = PRICE_TABLE[region] ? region : REFERENCE;
  return `${listed}, ${PRICE_TABLE[listed]!.date}`;
}

/** The prices with which {@link estimateInstance} and {@link estimateVolume} reckon. */
export const PRICES_OF = describePrices();

/** Sizes below `2xlarge`, as parts of an `xlarge`. */
const SMALL_SIZES: ReadonlyMap<string, number> = new Map([
  ['nano', 1 / 32],
  ['micro', 1 / 16],
  ['small', 1 / 8],
  ['medium', 1 / 4],
  ['large', 1 / 2],
  ['xlarge', 1],
]);

const HOUR_MS = 3_600_000;
/** AWS bills a month of volume as 730 hours. */
const MONTH_HOURS = 730;

export interface HourlyPrice {
  /** USD */
  readonly hourly: number;
  /** Whether it is the price of the region itself. Otherwise it is that of us-east-1. */
  readonly isExact: boolean;
}

/** The on-demand price of a type; `undefined` if the table lacks the type. */
export function findPrice(type: string, region = REFERENCE): HourlyPrice | undefined {
  const own = readPrice(type, region);
  if (own !== undefined) return { hourly: own, isExact: true };
  const other = PRICE_TABLE[region] ? undefined : readPrice(type, REFERENCE);
  return other === undefined ? undefined : { hourly: other, isExact: false };
}

function readPrice(type: string, region: string): number | undefined {
  const prices = readRow(PRICE_TABLE[region]?.instances);
  const [family = '', size = ''] = type.split('.');
  const multiple = sizeOf(size);
  const base = multiple === undefined ? undefined : prices.get(family);
  const own = size === '' ? undefined : prices.get(type);
  return own ?? (base === undefined || multiple === undefined ? undefined : base * multiple);
}

/** A size as a multiple of `xlarge`; `undefined` for `metal` and unknown sizes. */
export function sizeOf(size: string): number | undefined {
  return Number(/^([2-9]|[1-9]\d+)xlarge$/.exec(size)?.[1]) || SMALL_SIZES.get(size);
}

function readRow(text = ''): ReadonlyMap<string, number> {
  return new Map([...text.matchAll(/(\S+) ([\d.]+)/g)].map(([, name = '', price]) => [name, Number(price)]));
}

/** On-demand price in USD for `ms` in us-east-1; `undefined` for a type that is not in the table. */
export function estimateInstance(type: string, ms: number): number | undefined {
  const price = findPrice(type);
  return price && (price.hourly * ms) / HOUR_MS;
}

/** Price in USD for `ms`, without extra performance; `undefined` for a type that is not in the table. */
export function estimateVolume(
  { type, sizeGiB }: { readonly type: string; readonly sizeGiB: number },
  ms: number,
  region = REFERENCE,
): number | undefined {
  const monthly = readRow((PRICE_TABLE[region] ?? PRICE_TABLE[REFERENCE])!.volumes).get(type);
  return monthly === undefined ? undefined : (monthly * sizeGiB * ms) / (MONTH_HOURS * HOUR_MS);
}

/** USD per GiB and month. Source: AWS's price list, standard tier, us-east-1, June 2026. */
const SNAPSHOT_MONTHLY = 0.05;

/** The most that a snapshot costs in USD for `ms` in us-east-1: AWS bills only what differs from earlier snapshots. */
export function estimateSnapshot(sizeGiB: number, ms: number): number {
  return (SNAPSHOT_MONTHLY * sizeGiB * ms) / (MONTH_HOURS * HOUR_MS);
}

/** A month, as AWS bills volumes and snapshots. */
export const MONTH_MS = MONTH_HOURS * HOUR_MS;
