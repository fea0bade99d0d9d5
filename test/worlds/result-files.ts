import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FormatName } from '../../src/core/figures/formats.js';
import { readFigures } from '../../src/core/figures/read-figures.js';
import type { Reading } from '../../src/core/figures/reading.js';

const fixtures = fileURLToPath(new URL('../fixtures/figures', import.meta.url));

/** A file that arrives in pieces of so many bytes. */
export async function* pieces(content: string | Uint8Array, size = 65_536): AsyncGenerator<Uint8Array> {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** Reads a text as a file with results. */
export function read(content: string | Uint8Array, format?: FormatName): Promise<Reading> {
  return readFigures({ name: 'results.json', chunks: pieces(content) }, format);
}

export function readFile(path: string, format?: FormatName): Promise<Reading> {
  return readFigures({ name: path, chunks: pieces(readFileSync(path)) }, format);
}

/** The text of a file of test/fixtures/figures. */
export function fixture(path: string): string {
  return readFileSync(join(fixtures, path), 'utf8');
}

export function readFixture(path: string): Promise<Reading> {
  return readFile(join(fixtures, path));
}

/** The samples by the names of the figures. */
export function samplesOf({ figures }: Reading): Readonly<Record<string, readonly number[]>> {
  return Object.fromEntries(figures.map(({ name, samples }) => [name, samples]));
}

/** The rows of a table without quotes inside fields, by the columns of the header. */
export function rowsOf(csv: string): Readonly<Record<string, string>>[] {
  const [header = [], ...lines] = csv
    .trim()
    .split(/\r?\n/)
    .map((line) => [...`,${line}`.matchAll(/,(?:"([^"]*)"|([^,]*))/g)].map(([, quoted, plain]) => quoted ?? plain!));
  return lines.map((fields) => Object.fromEntries(header.map((name, index) => [name, fields[index] ?? ''])));
}
