import { copyFileSync, mkdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, normalize, sep } from 'node:path';
import { compilePatterns, type FilePatterns } from '../core/inputs/file-patterns.js';
import type { Interleaved } from '../core/interleave/manifest.js';
import { findFiles } from './find-files.js';

/** A folder that is searched. */
export interface ResultRoot {
  /** The folder of its files in the collection. */
  readonly name: string;
  readonly path: string;
  readonly patterns: FilePatterns;
}

export interface Collected {
  /** Relative to the collection. */
  readonly files: readonly string[];
  /** Files that match, and have not changed since the beginning of the measurement. */
  readonly stale: readonly string[];
  /** What could not be read, with the reason. */
  readonly unreadable: readonly string[];
}

/** What run-compose and run-phases call the folder for artifacts. That of a phase is in a folder of its own. */
const IN_ARTIFACTS = /^(!?)\$(?:ARTIFACTS|(ARTIFACT_DIR))\//;

/** Which patterns are of which folder. */
export function divideResults(
  texts: readonly string[],
  { directory, artifacts }: { readonly directory: string; readonly artifacts: string | undefined },
): readonly ResultRoot[] {
  const own = texts.filter((text) => !IN_ARTIFACTS.test(text));
  const others = texts
    .filter((text) => IN_ARTIFACTS.test(text))
    .map((text) => text.replace(IN_ARTIFACTS, (_, not: string, ofPhase?: string) => `${not}${ofPhase ? '**/' : ''}`));
  return [
    { name: 'workspace', path: directory, texts: own },
    { name: 'artifacts', path: artifacts ?? '', texts: others },
  ].flatMap(({ texts: ofRoot, ...root }) =>
    root.path === '' || ofRoot.every((text) => text.startsWith('!'))
      ? []
      : [{ ...root, patterns: compilePatterns(ofRoot) }],
  );
}

/**
 * Copies the files that match into one folder, in which each keeps its path. Links are followed, and a file with several
 * names counts once.
 *
 * @param since a file that was written before the measurement
 */
export async function collectFiles(
  roots: readonly ResultRoot[],
  { to, since }: { readonly to: string; readonly since: string | undefined },
): Promise<Collected> {
  const beganAt = since === undefined ? -Infinity : statSync(since).ctimeMs;
  const files = new Map<string, string>();
  const stale: string[] = [];
  const unreadable: string[] = [];
  for (const { name, path: root, patterns } of roots) {
    const found = await findFiles(root, patterns);
    unreadable.push(...found.unreadable);
    for (const { path } of found.files) {
      const from = realpathSync(join(root, path));
      // A program may give a file any time of modification, as a copy and an archive do. The kernel sets this one.
      if (statSync(from).ctimeMs < beganAt) stale.push(path);
      else if (!files.has(from)) files.set(from, `${name}/${path}`);
    }
  }
  for (const [from, path] of files) copy(from, join(to, path));
  return { files: [...files.values()], stale, unreadable };
}

/** Copies what an interleaved measurement left: the list of its runs, and the files that the list names. */
export function collectInterleaved(list: string, to: string): Collected {
  const { runs } = JSON.parse(readFileSync(list, 'utf8')) as Interleaved;
  const folder = realpathSync(dirname(list));
  const files = [...new Set(runs.flatMap(({ results }) => results))];
  for (const path of files) {
    const from = isAbsolute(path) ? path : normalize(join(folder, path));
    if (!from.startsWith(`${folder}${sep}`)) throw new Error(`${list} names ${path}, which is in another folder.`);
    copy(from, join(to, path));
  }
  const name = basename(list);
  copy(list, join(to, name));
  return { files: [name, ...files], stale: [], unreadable: [] };
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
}
