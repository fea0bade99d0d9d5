import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { PRICE_TABLE } from '../../src/core/kernel/price-table.js';
import { readRecords } from './csv.js';
import { readPriceList } from './price-list.js';
import { compareRows, composeRow, replaceTable } from './table.js';

jest.setTimeout(60_000);

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The headings of AWS's list, shortened by columns that describe the hardware. */
const HEADINGS =
  'SKU,OfferTermCode,RateCode,TermType,PriceDescription,EffectiveDate,StartingRange,EndingRange,Unit,PricePerUnit,Currency,RelatedTo,LeaseContractLength,PurchaseOption,OfferingClass,Product Family,serviceCode,Location,Location Type,Instance Type,Current Generation,Instance Family,vCPU,Memory,Volume Type,Tenancy,Operating System,License Model,usageType,operation,AvailabilityZone,CapacityStatus,MarketOption,Pre Installed S/W,Region Code,serviceName,Volume API Name'.split(
    ',',
  );
const PREAMBLE = [
  ['FormatVersion', 'v1.0'],
  ['Disclaimer', 'This pricing list is for informational purposes only, says "AWS".'],
  ['Publication Date', '2026-11-20T18:32:21Z'],
  ['Version', '20261120183221'],
  ['OfferCode', 'AmazonEC2'],
];
type Cells = Readonly<Record<string, string>>;

const SHARED: Cells = {
  TermType: 'OnDemand',
  Currency: 'USD',
  'Location Type': 'AWS Region',
  serviceCode: 'AmazonEC2',
};
const LINUX: Cells = {
  ...SHARED,
  PriceDescription: '$0.17 per On Demand Linux\nc5.xlarge Instance Hour, "shared"',
  Unit: 'Hrs',
  'Product Family': 'Compute Instance',
  Tenancy: 'Shared',
  'Operating System': 'Linux',
  operation: 'RunInstances',
  CapacityStatus: 'Used',
  MarketOption: 'OnDemand',
  'Pre Installed S/W': 'NA',
};
const machine = (type: string, price: number, changes: Cells = {}): Cells => ({
  ...LINUX,
  'Instance Type': type,
  PricePerUnit: price.toFixed(10),
  ...changes,
});
const volume = (type: string, price: number, changes: Cells = {}): Cells => ({
  ...SHARED,
  Unit: 'GB-Mo',
  'Product Family': 'Storage',
  'Volume API Name': type,
  PricePerUnit: price.toFixed(10),
  ...changes,
});

/** Rows that a list has beside those that are wanted. */
const OTHERS: readonly Cells[] = [
  machine('c5.xlarge', 0.11, { TermType: 'Reserved', LeaseContractLength: '1yr' }),
  machine('c5.xlarge', 0.354, { 'Operating System': 'Windows' }),
  machine('c5.xlarge', 0.23, { 'Operating System': 'RHEL' }),
  machine('c5.xlarge', 0.187, { Tenancy: 'Dedicated' }),
  machine('c5.xlarge', 0, { Tenancy: 'Host' }),
  machine('c5.xlarge', 0.65, { 'Pre Installed S/W': 'SQL Std', operation: 'RunInstances:0004' }),
  machine('c5.xlarge', 0.171, { CapacityStatus: 'UnusedCapacityReservation' }),
  machine('c5.xlarge', 0.2, { 'Location Type': 'AWS Local Zone' }),
  machine('c5.xlarge', 0.01, { MarketOption: 'CapacityBlock' }),
  machine('c5.xlarge', 0.05, { Unit: 'Quantity' }),
  volume('gp3', 0.005, { Unit: 'IOPS-Mo', 'Product Family': 'System Operation' }),
  volume('gp3', 0.096, { 'Location Type': 'AWS Local Zone' }),
  volume('io2', 0.125),
];
const PRICES: readonly Cells[] = [
  machine('c5.large', 0.085),
  machine('c5.xlarge', 0.17),
  machine('c5.24xlarge', 4.08),
  machine('c5.metal', 4.08, { 'Product Family': 'Compute Instance (bare metal)' }),
  machine('t2.xlarge', 0.1856),
  machine('t2.small', 0.023),
  machine('t2.micro', 0.0116),
  machine('t2.nano', 0.0058),
  machine('g4dn.xlarge', 0.526),
  machine('g4dn.2xlarge', 0.752),
  machine('g4dn.4xlarge', 1.204),
  machine('p9.xlarge', 9),
  volume('gp2', 0.1),
  volume('gp3', 0.08),
];

function render(rows: readonly Cells[], headings = HEADINGS): string {
  const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  const records = [...PREAMBLE, headings, ...rows.map((row) => headings.map((name) => row[name] ?? ''))];
  return `${records.map((fields) => fields.map(quote).join(',')).join('\n')}\n`;
}

async function* inPieces(text: string, size = text.length): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}

const read = (rows: readonly Cells[], headings?: string[]) => readPriceList(inPieces(render(rows, headings)));
const FAMILIES = ['c5', 't2', 'g4dn', 'm5'];

describe('A price list of AWS', () => {
  test.each([1, 7, 1_000, 1_000_000])('gives the prices of plain Linux on demand, in pieces of %d', async (size) => {
    const list = await readPriceList(inPieces(render([...OTHERS, ...PRICES]), size));
    expect(list.date).toBe('November 20, 2026');
    expect(list.instances.get('c5.xlarge')).toBe(0.17);
    expect(list.instances.size).toBe(12);
    expect([...list.volumes]).toEqual([
      ['gp2', 0.1],
      ['gp3', 0.08],
    ]);
  });

  test.each([
    ['two prices of a type', read([...PRICES, machine('c5.xlarge', 0.18)]), 'two prices of c5.xlarge: 0.17 and 0.18'],
    ['no instance', read(OTHERS.filter(({ TermType }) => TermType === 'Reserved')), 'no Linux instance on demand'],
    [
      'a column less',
      read(
        PRICES,
        HEADINGS.filter((name) => !/^(Tenancy|Unit)$/.test(name)),
      ),
      'no column Unit, Tenancy',
    ],
    ['an end in a record', readPriceList(inPieces(render(PRICES).slice(0, -9))), 'the download is not complete'],
    ['no list at all', readPriceList(inPieces('<html>Forbidden</html>')), 'no price list of AWS'],
    ['a malformed record', readPriceList(inPieces(`${render(PRICES)}"OnDemand"x,1\n`)), 'malformed: "OnDemand"x,1'],
  ])('with %s is refused', (_, list, why) => expect(list).rejects.toThrow(why));

  test('may be larger than the memory: no record is kept', async () => {
    async function* endless(): AsyncGenerator<string> {
      yield render(PRICES);
      const reserved = render([OTHERS[0]!]).split('\n').slice(-3).join('\n').repeat(1_000);
      for (let piece = 0; piece < 200; piece++) yield reserved;
    }
    const before = process.memoryUsage().heapUsed;
    let seen = 0;
    for await (const record of readRecords(endless())) seen += record.length > 0 ? 1 : 0;
    expect(seen).toBeGreaterThan(200_000);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(200 * 1024 * 1024);
  });
});

describe('The table', () => {
  test('has one price for a family in proportion, and the others by type', async () => {
    const row = composeRow(await read(PRICES), FAMILIES);
    expect(row).toEqual({
      date: 'November 20, 2026',
      instances: 'c5 .17 g4dn.2xlarge .752 g4dn.4xlarge 1.204 g4dn.xlarge .526 t2 .1856 t2.small .023',
      volumes: 'gp2 .1 gp3 .08',
    });
  });

  test('of this repository is as the tool writes it', () => {
    const source = readFileSync(join(root, 'src/core/kernel/price-table.ts'), 'utf8');
    expect(replaceTable(source, PRICE_TABLE)).toBe(source);
  });

  test('lists what changes', () => {
    const row = { date: 'x', instances: 'a1 .1 c5 .17', volumes: 'gp3 .08' };
    expect(compareRows(row, { ...row, instances: 'c5 .18 m5 .2' })).toEqual([
      'c5: $0.18, was $0.17',
      'm5: $0.2, new',
      'a1: $0.1, now none',
    ]);
    expect(compareRows(row, { ...row, date: 'y' })).toEqual([]);
  });
});

describe('npm run lab -- prices', () => {
  let server: Server;
  let from: string;
  let folder: string;
  let table: string;

  beforeAll(async () => {
    const lists: Readonly<Record<string, string>> = {
      'us-east-1': render([...OTHERS, ...PRICES]),
      'eu-west-1': render([machine('c5.xlarge', 0.192), volume('gp3', 0.088)]),
      'ap-south-1': render(PRICES).slice(0, -9),
    };
    server = createServer((request, response) => {
      const [, region = ''] =
        /^\/offers\/v1\.0\/aws\/AmazonEC2\/current\/([\w-]+)\/index\.csv$/.exec(request.url!) ?? [];
      const list = lists[region];
      response.statusCode = list === undefined ? 403 : 200;
      response.end(list);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    from = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    folder = mkdtempSync(join(tmpdir(), 'prices-'));
    table = join(folder, 'price-table.ts');
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  async function run(...args: string[]): Promise<{ code: number | null; text: string; table: string }> {
    const original = join(root, 'src/core/kernel/price-table.ts');
    copyFileSync(original, table);
    const program = ['--import', 'tsx', 'tools/prices/main.ts', '--from', from, '--table', table, ...args];
    const child = spawn(process.execPath, program, { cwd: root, env: { PATH: process.env['PATH'] } });
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (printed += String(data)));
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    const written = readFileSync(table, 'utf8');
    return { code, text: printed, table: written === readFileSync(original, 'utf8') ? 'unchanged' : written };
  }

  test('renews the regions and says what has changed', async () => {
    const result = await run('--regions', 'eu-west-1');
    expect(result.code).toBe(0);
    expect(result.text).toMatch(/^us-east-1: AWS's list of November 20, 2026; changes:\n {2}/);
    expect(result.text).toContain(
      "\neu-west-1: AWS's list of November 20, 2026; changes:\n  c5: $0.192, new\n  gp3: $0.088, new\n",
    );
    expect(result.table).toContain(
      "  'eu-west-1': {\n    date: 'November 20, 2026',\n    instances:\n      'c5 .192',\n",
    );
  });

  test.each([
    ['a dry run', ['--dry-run'], 0, 'Dry run: nothing was changed.'],
    [
      'an unknown region',
      ['--regions', 'eu-west-9'],
      1,
      /no price list of eu-west-9: http.* answered 403\. Is the region's name right\?\nNothing was changed\./,
    ],
    ['a broken list', ['--regions', 'ap-south-1'], 1, 'the download is not complete.\nNothing was changed.'],
    ['no region', ['--regions', 'Ireland'], 2, 'regions, such as eu-west-1'],
  ] as const)('changes nothing: %s', async (_, args, code, message) => {
    const result = await run(...args);
    expect(result).toMatchObject({ code, table: 'unchanged' });
    expect(result.text).toMatch(message);
  });
});
