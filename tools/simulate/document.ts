import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { fillBetween } from '../../scripts/print/fill.js';

const DOCUMENT = fileURLToPath(new URL('../../docs/inside/scale.md', import.meta.url));

/** Puts the tables between the markers of their names. @throws Error if the document has no such markers */
export async function writeDocument(tables: Readonly<Record<string, string>>): Promise<void> {
  const filled = Object.entries(tables).reduce(
    (text, [name, table]) => fillBetween(text, markersOf(name), table),
    await readFile(DOCUMENT, 'utf8'),
  );
  await writeFile(DOCUMENT, await format(filled, { ...(await resolveConfig(DOCUMENT)), filepath: DOCUMENT }));
}

function markersOf(name: string): { begin: string; end: string } {
  return { begin: `<!-- ${name}: written by npm run lab -- simulate -->`, end: `<!-- end of ${name} -->` };
}
