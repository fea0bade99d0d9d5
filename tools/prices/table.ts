import { sizeOf } from '../../src/core/kernel/prices.js';
import type { PriceList } from './price-list.js';

/** One region's row of the table in src/core/kernel/price-table.ts. */
export interface TableRow {
  readonly date: string;
  readonly instances: string;
  readonly volumes: string;
}
export type PriceTable = Readonly<Record<string, TableRow>>;

/** AWS rounds the prices of small sizes. */
const TOLERANCE = 0.005;

/**
 * The row of a region: `c5 .17` for a family in which each size costs in proportion to its `xlarge`, and `g4dn.xlarge
 * .526` for each type that does not.
 */
export function composeRow(list: PriceList, families: readonly string[]): TableRow {
  const entries = families.flatMap((family) => composeFamily(family, list.instances));
  return {
    date: list.date,
    instances: entries
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(renderEntry)
      .join(' '),
    volumes: [...list.volumes]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(renderEntry)
      .join(' '),
  };
}

type Entry = readonly [name: string, price: number];

function composeFamily(family: string, prices: ReadonlyMap<string, number>): Entry[] {
  const sizes = [...prices].flatMap(([type, price]) => {
    const [own, size = ''] = type.split('.');
    const multiple = own === family ? sizeOf(size) : undefined;
    return multiple === undefined ? [] : [{ type, price, multiple }];
  });
  const base = prices.get(`${family}.xlarge`);
  const fits = ({ price, multiple }: { price: number; multiple: number }): boolean =>
    base !== undefined && Math.abs(price - base * multiple) <= price * TOLERANCE;
  const others = sizes.filter((one) => !fits(one));
  // A family's price stands for all its sizes, so it must be that of most.
  if (base === undefined || others.length * 2 > sizes.length)
    return sizes.map(({ type, price }) => [type, price] as const);
  return [[family, base], ...others.map(({ type, price }) => [type, price] as const)];
}

function renderEntry([name, price]: Entry): string {
  return `${name} ${String(Number(price.toFixed(6))).replace(/^0\./, '.')}`;
}

/** The families of a table, for which it is renewed. */
export function listFamilies(table: PriceTable): string[] {
  const names = Object.values(table).flatMap(({ instances }) => [...readRow(instances).keys()]);
  return [...new Set(names.map((name) => name.split('.')[0]!))];
}

/** What changes from one row to the next, one line each. */
export function compareRows(before: TableRow | undefined, after: TableRow): string[] {
  return (['instances', 'volumes'] as const).flatMap((part) => {
    const [old, fresh] = [readRow(before?.[part] ?? ''), readRow(after[part])];
    const gone = [...old].filter(([name]) => !fresh.has(name)).map(([name, price]) => `${name}: $${price}, now none`);
    const changed = [...fresh]
      .filter(([name, price]) => old.get(name) !== price)
      .map(([name, price]) => `${name}: $${price}${old.has(name) ? `, was $${old.get(name)}` : ', new'}`);
    return [...changed, ...gone];
  });
}

function readRow(text: string): ReadonlyMap<string, number> {
  return new Map([...text.matchAll(/(\S+) ([\d.]+)/g)].map(([, name = '', price]) => [name, Number(price)]));
}

/** The source text of the table, with `table` in place of the old one. @throws Error when the text has no table */
export function replaceTable(source: string, table: PriceTable): string {
  const rows = Object.entries(table).map(([region, { date, instances, volumes }]) =>
    [
      `  '${region}': {`,
      `    date: '${date}',`,
      `    instances:`,
      `      '${instances}',`,
      `    volumes: '${volumes}',`,
      '  },',
    ].join('\n'),
  );
  const begin = /^> = \{\n/m.exec(source);
  if (!begin) throw new Error('src/core/kernel/price-table.ts has no table.');
  return `${source.slice(0, begin.index)}> = {\n${rows.join('\n')}\n};\n`;
}
