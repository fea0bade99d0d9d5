import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { Sides } from '../core/interleave/sides.js';
import type { FoundSide } from '../core/interleave/work.js';
import { findFolder } from './setup.js';

/**
 * Finds the working directories of both sides.
 *
 * @param directory below each side; `.`: the side itself
 * @returns none if there are problems
 */
export function findSides(
  workspace: string,
  sides: Sides,
  directory: string,
): { readonly sides: readonly FoundSide[]; readonly problems: readonly string[] } {
  const found = sides.map((side) => ({ ...side, directory: join(workspace, side.path, directory) }));
  const missing = found.flatMap(({ path }) => describeMissing(workspace, path, directory));
  if (missing.length > 0) return { sides: [], problems: missing };
  const [base, head] = sides.map(({ path }) => realpathSync(join(workspace, path))) as [string, string];
  if (base !== head) return { sides: found, problems: [] };
  const same = `\`interleave\` names ${sides.map(({ path }) => path).join(' and ')}, which are the same folder ${base}; allowed: two checkouts.`;
  return { sides: [], problems: [same] };
}

function describeMissing(workspace: string, path: string, directory: string): string[] {
  if (findFolder(workspace, path) === undefined)
    return [
      `\`interleave\` names ${path}, which is no folder in ${workspace}. Is it checked out, with \`path: ${path}\`?`,
    ];
  return findFolder(workspace, join(path, directory)) === undefined
    ? [`\`directory\` is "${directory}", which is no folder in ${path}, one of the sides of \`interleave\`.`]
    : [];
}
