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
  const lacks = (path: string): boolean => findFolder(workspace, path) === undefined;
  const missing = sides.map(({ path }) => path).filter(lacks);
  if (missing.length > 0) return { sides: [], problems: missing.map((path) => describeMissing(path, workspace)) };
  const bare = sides.map(({ path }) => path).filter((path) => lacks(join(path, directory)));
  if (bare.length > 0) return { sides: [], problems: [describeBare(bare, directory)] };
  const [base, head] = sides.map(({ path }) => realpathSync(join(workspace, path))) as [string, string];
  if (base !== head) return { sides: found, problems: [] };
  const same = `\`interleave\` names ${sides.map(({ path }) => path).join(' and ')}, which are the same folder ${base}; allowed: two checkouts.`;
  return { sides: [], problems: [same] };
}

function describeMissing(path: string, workspace: string): string {
  return `\`interleave\` names ${path}, which is no folder in ${workspace}. Is it checked out, with \`path: ${path}\`?`;
}

function describeBare(paths: readonly string[], directory: string): string {
  return `\`directory\` is "${directory}", which is no folder in ${paths.join(' and ')}; allowed with \`interleave\`: a folder that both sides have.`;
}
