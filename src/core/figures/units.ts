/** Spellings of units that the tools write, and the size of each in the first unit of its row. */
const SIZES: readonly Readonly<Record<string, number>>[] = [
  { s: 1, sec: 1, secs: 1, second: 1, seconds: 1, ms: 1e-3, us: 1e-6, µs: 1e-6, μs: 1e-6, ns: 1e-9, min: 60, h: 3_600 },
  { bytes: 1, byte: 1, B: 1, kB: 1e3, KB: 1e3, MB: 1e6, GB: 1e9, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 },
  { 'bytes/s': 1, 'B/s': 1, 'kB/s': 1e3, 'KB/s': 1e3, 'MB/s': 1e6, 'GB/s': 1e9, 'KiB/s': 2 ** 10, 'MiB/s': 2 ** 20 },
];

/**
 * The factor that turns a value of one unit into a value of the other: `factorBetween('ms', 's')` is 0.001. `undefined`
 * if there is none, as from `ms` to `bytes`, or from a unit to no unit.
 */
export function factorBetween(from: string | undefined, to: string | undefined): number | undefined {
  if (from === to) return 1;
  if (from === undefined || to === undefined) return undefined;
  const row = SIZES.find((sizes) => Object.hasOwn(sizes, from) && Object.hasOwn(sizes, to));
  return row && row[from]! / row[to]!;
}

/** Units in which people read times and sizes, with the next one about a thousand times larger. */
const READABLE: readonly (readonly string[])[] = [
  ['ns', 'µs', 'ms', 's'],
  ['bytes', 'kB', 'MB', 'GB'],
  ['bytes/s', 'kB/s', 'MB/s', 'GB/s'],
];

/** The unit in which a value is easiest to read, and the factor to it: 0.0004 `s` are 400 `µs`. */
export function readableUnit(largest: number, unit = ''): { readonly unit: string; readonly factor: number } {
  const row = READABLE.find(([first]) => factorBetween(unit, first) !== undefined);
  if (!row || largest === 0) return { unit, factor: 1 };
  const size = (to: string): number => Math.abs(largest) * factorBetween(unit, to)!;
  const to = row.findLast((one) => size(one) >= 1) ?? row[0]!;
  // A spelling of the same unit stays: `us`.
  return factorBetween(unit, to) === 1 ? { unit, factor: 1 } : { unit: to, factor: factorBetween(unit, to)! };
}
