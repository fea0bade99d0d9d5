/** `npm run lab -- prices`: renews the table of prices from AWS's price lists. See `--help`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PRICE_TABLE } from '../../src/core/kernel/price-table.js';
import { messageOf } from '../../src/core/kernel/failure.js';
import { readOrExit } from '../../src/terminal/command-line.js';
import { existing, flag, list, text, value, withDefault } from '../../src/terminal/options.js';
import { readPriceList } from './price-list.js';
import { compareRows, composeRow, listFamilies, replaceTable, type PriceTable, type TableRow } from './table.js';

const TABLE = fileURLToPath(new URL('../../src/core/kernel/price-table.ts', import.meta.url));
const AWS = 'https://pricing.us-east-1.amazonaws.com';
const FAMILY = { matches: /^[a-z][a-z0-9-]*$/, allowed: 'families of instance types, such as c7g' };
const REGION = { matches: /^[a-z]{2}(-[a-z]+)+-\d$/, allowed: 'regions, such as eu-west-1' };
const URL_RULE = { matches: /^https?:\/\/[^/]+/, allowed: 'an http or https address' };

const { values } = readOrExit({
  command: 'npm run lab -- prices',
  description:
    'Renews src/core/kernel/price-table.ts, with the prices that the summaries of stop-runner, reap-runners and fill-pool\n' +
    "show, from AWS's public price lists. They need no credentials, and have some hundred megabytes for each region.\n" +
    'Each region of the table adds about 1 kB to what every job downloads. Afterwards run `npm run print`.',
  options: {
    regions: list(
      'The regions of the table. us-east-1 stays in any case. Default: those that it has.',
      text('REGION', REGION),
    ),
    families: list('Families of types in addition to those that the table has.', text('FAMILY', FAMILY)),
    from: withDefault(value('Where the price lists are.', text('URL', URL_RULE)), AWS),
    table: withDefault(value('The file to renew.', existing('file')), TABLE, 'src/core/kernel/price-table.ts'),
    'dry-run': flag('Print what would change, and change nothing.'),
  },
});

async function renew(): Promise<void> {
  const old: PriceTable = PRICE_TABLE;
  const regions = [...new Set(['us-east-1', ...(values.regions ?? Object.keys(old))])];
  const families = [...new Set([...listFamilies(old), ...(values.families ?? [])])];
  const rows: [string, TableRow][] = [];
  // One after the other: a list is large, and is not kept.
  for (const region of regions) {
    const row = composeRow(await readPriceList(download(region)), families);
    const changes = compareRows(old[region], row);
    console.log(`${region}: AWS's list of ${row.date}; ${changes.length === 0 ? 'no price has changed.' : 'changes:'}`);
    for (const change of changes) console.log(`  ${change}`);
    rows.push([region, row]);
  }
  for (const region of Object.keys(old).filter((one) => !regions.includes(one)))
    console.log(`${region}: leaves the table.`);
  if (values['dry-run']) return console.log('Dry run: nothing was changed.');
  writeFileSync(values.table, replaceTable(readFileSync(values.table, 'utf8'), Object.fromEntries(rows)));
  console.log('The table is written. Now run `npm run print`.');
}

async function* download(region: string): AsyncGenerator<string> {
  const url = `${values.from.replace(/\/+$/, '')}/offers/v1.0/aws/AmazonEC2/current/${region}/index.csv`;
  const response = await fetch(url);
  if (!response.ok || !response.body) {
    throw new Error(
      `There is no price list of ${region}: ${url} answered ${response.status}. Is the region's name right?`,
    );
  }
  yield* response.body.pipeThrough(new TextDecoderStream());
}

try {
  await renew();
} catch (error) {
  const why = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : '';
  console.error(`${messageOf(error)}${why}\nNothing was changed.`);
  process.exitCode = 1;
}
