import { readRecords } from './csv.js';

/** What one region's price list says about Linux instances on demand and about EBS volumes. */
export interface PriceList {
  /** When AWS published it: `November 20, 2026`. */
  readonly date: string;
  /** USD per hour, by type. */
  readonly instances: ReadonlyMap<string, number>;
  /** USD per GiB and month, by type. */
  readonly volumes: ReadonlyMap<string, number>;
}

/** The lines before the headings: `"Publication Date","2026-11-20T18:32:21Z"`. */
type Row = (column: string) => string;

const NEEDED = [
  'TermType',
  'Unit',
  'PricePerUnit',
  'Currency',
  'Product Family',
  'Location Type',
  'Instance Type',
  'Operating System',
  'Tenancy',
  'Pre Installed S/W',
  'CapacityStatus',
  'operation',
  'Volume API Name',
] as const;

/**
 * Reads a price list in AWS's CSV format.
 *
 * @throws Error when the file has no headings or lacks one that is needed, when a type has two prices, or when there
 * are no prices
 */
export async function readPriceList(chunks: AsyncIterable<string>): Promise<PriceList> {
  const instances = new Map<string, number>();
  const volumes = new Map<string, number>();
  let published = '';
  let columns: ReadonlyMap<string, number> | undefined;
  // Most of the millions of rows are reserved instances, which need not be parsed.
  for await (const record of readRecords(chunks, (text) => columns === undefined || text.includes('"OnDemand"'))) {
    if (record[0] === 'Publication Date') published = record[1] ?? '';
    if (!columns) {
      if (record[0] === 'SKU') columns = readHeadings(record);
      continue;
    }
    const known = columns;
    if (record.length !== known.size)
      throw new Error(
        `A record of the price list has ${record.length} of ${known.size} fields: the download is not complete.`,
      );
    const row: Row = (column) => record[known.get(column) ?? -1] ?? '';
    if (isInstance(row)) keep(instances, row('Instance Type'), row);
    if (isVolume(row)) keep(volumes, row('Volume API Name'), row);
  }
  if (!columns) throw new Error('This is no price list of AWS: it has no row of headings that begins with SKU.');
  if (instances.size === 0) throw new Error('The price list has no Linux instance on demand.');
  return { date: renderDate(published), instances, volumes };
}

function readHeadings(record: readonly string[]): ReadonlyMap<string, number> {
  const columns = new Map(record.map((name, at) => [name, at]));
  const missing = NEEDED.filter((name) => !columns.has(name));
  if (missing.length > 0) throw new Error(`The price list has no column ${missing.join(', ')}.`);
  return columns;
}

/** Plain Linux, on shared hardware, in the region itself and not in a local zone. */
function isInstance(row: Row): boolean {
  return (
    row('Product Family').startsWith('Compute Instance') &&
    isInRegion(row) &&
    row('Unit') === 'Hrs' &&
    row('Operating System') === 'Linux' &&
    row('Tenancy') === 'Shared' &&
    row('Pre Installed S/W') === 'NA' &&
    row('CapacityStatus') === 'Used' &&
    row('operation') === 'RunInstances' &&
    /^(OnDemand)?$/.test(row('MarketOption'))
  );
}

function isVolume(row: Row): boolean {
  return (
    row('Product Family') === 'Storage' &&
    isInRegion(row) &&
    row('Unit') === 'GB-Mo' &&
    /^gp[23]$/.test(row('Volume API Name'))
  );
}

function isInRegion(row: Row): boolean {
  return row('TermType') === 'OnDemand' && row('Location Type') === 'AWS Region' && row('Currency') === 'USD';
}

function keep(prices: Map<string, number>, name: string, row: Row): void {
  const price = Number(row('PricePerUnit'));
  if (!(price > 0)) return;
  const known = prices.get(name) ?? price;
  if (known !== price) throw new Error(`The price list has two prices of ${name}: ${known} and ${price}.`);
  prices.set(name, price);
}

function renderDate(published: string): string {
  const date = new Date(published);
  if (Number.isNaN(date.getTime())) throw new Error(`The price list has no publication date: "${published}".`);
  return date.toLocaleDateString('en-US', { year: 'numeric', month: 'long', day: 'numeric', timeZone: 'UTC' });
}
