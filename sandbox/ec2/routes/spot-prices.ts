import type { Params } from '../query/params.js';
import { applyFilters, cutPage, type FilterFields } from '../query/select.js';
import type { XmlValue } from '../query/xml.js';
import { Ec2Error, refuseValue } from '../world/errors.js';
import { findInstanceType, INSTANCE_TYPES, isOfferedIn, type InstanceType } from '../world/instance-types.js';
import type { Ec2World } from '../world/world.js';

/** One price: it is in effect from `at` until the next price of the same type, product and zone. */
interface PriceRecord {
  readonly type: string;
  readonly product: string;
  readonly price: string;
  readonly at: number;
  readonly zone: string;
}

/** EC2 keeps 90 days. Source: EC2 API reference, DescribeSpotPriceHistory. */
const HISTORY_MS = 90 * 24 * 3_600_000;
/** Here a price changes every six hours. On AWS it changes at any time, and mostly less often. */
const STEP_MS = 6 * 3_600_000;
const PRODUCTS = ['Linux/UNIX', 'Red Hat Enterprise Linux', 'SUSE Linux', 'Windows'];
/** Price as a part of the on-demand price. The sandbox charges 40 %, a little more or less by zone and time. */
const SHARE = 0.4;
const MULTIPLES: Readonly<Record<string, number>> = {
  'Red Hat Enterprise Linux': 1.3,
  'SUSE Linux': 1.3,
  Windows: 1.8,
};

const FILTERS: FilterFields<PriceRecord> = {
  'availability-zone': ({ zone }) => zone,
  'instance-type': ({ type }) => type,
  'product-description': ({ product }) => product,
  'spot-price': ({ price }) => price,
  timestamp: ({ at }) => new Date(at).toISOString(),
};

/** Newest first, as EC2 answers. The first price of each series is the one in effect at `StartTime`. */
export function describeSpotPriceHistory(world: Ec2World, params: Params): { [element: string]: XmlValue } {
  const now = Date.now();
  const to = readTime(params, 'EndTime') ?? now;
  const from = readTime(params, 'StartTime') ?? to;
  if (from > to) throw refuseValue(`${params.text('StartTime')}`, 'startTime', 'It is later than endTime.');
  const span = { from: Math.max(from, now - HISTORY_MS), to: Math.min(to, now) };
  const records = listSeries(world, params).flatMap((series) => listPrices(series, span));
  const page = cutPage(
    applyFilters(
      records.sort((a, b) => b.at - a.at || a.zone.localeCompare(b.zone)),
      params,
      FILTERS,
    ),
    params,
    { min: 1, max: 1000 },
  );
  return {
    spotPriceHistorySet: page.items.map(({ type, product, price, at, zone }) => ({
      instanceType: type,
      productDescription: product,
      spotPrice: price,
      timestamp: new Date(at),
      availabilityZone: zone,
    })),
    nextToken: page.nextToken ?? '',
  };
}

interface Series {
  readonly type: InstanceType;
  readonly product: string;
  readonly zone: string;
}

function listSeries(world: Ec2World, params: Params): Series[] {
  const types = params.list('InstanceType').map(requireType);
  const products = params.list('ProductDescription').map((one) => one.replace(/ \(Amazon VPC\)$/, ''));
  const zone = params.text('AvailabilityZone');
  const zones = [...new Set([...world.subnets.values()].map((subnet) => subnet.zone))];
  if (zone !== undefined && !zones.includes(zone)) {
    throw new Ec2Error('InvalidParameterValue', `Invalid availability zone: [${zone}]`);
  }
  const wanted = types.length > 0 ? types : INSTANCE_TYPES;
  return wanted.flatMap((type) =>
    PRODUCTS.filter((product) => products.length === 0 || products.includes(product)).flatMap((product) =>
      zones
        .filter((one) => (zone === undefined || one === zone) && isOfferedIn(type, one))
        .map((one) => ({ type, product, zone: one })),
    ),
  );
}

function requireType(name: string): InstanceType {
  const type = findInstanceType(name);
  if (!type) throw new Ec2Error('InvalidParameterValue', `Invalid instance type: [${name}]`);
  return type;
}

/** From the price that is in effect at `from` to the last one that begins by `to`. */
function listPrices({ type, product, zone }: Series, { from, to }: { from: number; to: number }): PriceRecord[] {
  const records: PriceRecord[] = [];
  for (let at = Math.floor(from / STEP_MS) * STEP_MS; at <= to; at += STEP_MS) {
    // The same prices at each run: by the zone's letter and the number of the step.
    const drift = 1 + (zone.charCodeAt(zone.length - 1) % 3) / 20 + ((at / STEP_MS) % 4) / 40;
    const price = (type.price * SHARE * drift * (MULTIPLES[product] ?? 1)).toFixed(6);
    records.push({ type: type.name, product, price, at, zone });
  }
  return records;
}

function readTime(params: Params, name: string): number | undefined {
  const text = params.text(name);
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw refuseValue(text, name, 'Expecting a date and time.');
  return time;
}
