import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Figure } from './figures.js';
import { drawPlots } from './plots.js';

export interface Measured {
  readonly figures: readonly Figure[];
  readonly machine: object;
  /** The printed table. */
  readonly table: string;
}

/** Writes the figures with their samples, the table and the plots, in place of an earlier run's. */
export async function writeResults(folder: string, { figures, machine, table }: Measured): Promise<void> {
  const files = new Map([
    [
      'figures.json',
      `${JSON.stringify({ at: new Date().toISOString(), machine, figures: figures.map(shorten) }, null, 2)}\n`,
    ],
    ['table.txt', `${table}\n`],
    ...drawPlots(figures),
  ]);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const [name, text] of files) await writeFile(join(folder, name), text);
}

/** Four digits are enough. More digits would make every line of the file differ between releases. */
function shorten(figure: Figure): unknown {
  return JSON.parse(
    JSON.stringify(figure, (_, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(4)) : value)),
  );
}
