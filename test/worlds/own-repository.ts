import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readRepositoryName } from '../../scripts/print/repository-name.js';

/** This repository, as `uses:` lines name it. An adopted copy has a name of its own. */
export const ownRepository = readRepositoryName(
  readFileSync(fileURLToPath(new URL('../../package.json', import.meta.url)), 'utf8'),
);

/** `org/ci-actions/folder@v1` and `$/folder` become `./folder`. Other values of `uses:` stay. */
export function toLocal(uses: string): string {
  const released = `${ownRepository}/`;
  if (uses.startsWith(released)) return `./${uses.slice(released.length).replace(/@\w+$/, '')}`;
  return uses.replace(/^\$\//, './');
}
