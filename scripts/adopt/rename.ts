import { readRepositoryName } from '../print/repository-name.js';

/** Text of files by their path. */
export type Texts = Readonly<Record<string, string>>;

/**
 * Files that keep the names they have: code, tests and their fixtures, which read the name from package.json where they
 * need it, and what was written in the past.
 */
const KEPT = /^(dist|test|docs\/adr)\/|\.([cm]?[jt]s|sh)$|^(CHANGELOG\.md|package-lock\.json)$/;

export interface Renaming {
  /** What the repository is called so far. */
  readonly from: string;
  readonly to: string;
  /** All names that are replaced: the one so far, and those before it, which come back with changes from upstream. */
  readonly replaced: readonly string[];
}

/** @throws Error when package.json does not name the repository */
export function planRenaming(packageJson: string, to: string): Renaming {
  const from = readRepositoryName(packageJson);
  const { adoptedFrom = [] } = JSON.parse(packageJson) as { adoptedFrom?: readonly string[] };
  return { from, to, replaced: [...new Set([...adoptedFrom, from])].filter((name) => name !== to) };
}

/** @returns the files that change; none if everything has the new name already */
export function rename(texts: Texts, renaming: Renaming): Texts {
  const changed = Object.entries(texts)
    .map(([path, text]) => [path, renameIn(path, text, renaming)] as const)
    .filter(([path, text]) => text !== texts[path]);
  return Object.fromEntries(changed);
}

function renameIn(path: string, text: string, renaming: Renaming): string {
  if (path === 'package.json') return renamePackage(text, renaming);
  return KEPT.test(path) ? text : replaceNames(text, renaming);
}

/** Replaces whole names: `org/ci-actions` is neither part of `my-org/ci-actions` nor of `org/ci-actions-fork`. */
function replaceNames(text: string, { replaced, to }: Renaming): string {
  if (replaced.length === 0) return text;
  const names = replaced.map((name) => name.replaceAll('.', '\\.')).join('|');
  // A dot may follow: the end of a sentence, or `.git`.
  return text.replaceAll(new RegExp(`(?<![\\w.-])(?:${names})(?![\\w-]|\\.(?!git\\b)\\w)`, 'g'), () => to);
}

function renamePackage(text: string, { from, to, replaced }: Renaming): string {
  if (from === to) return text;
  // The layout is prettier's for package.json.
  const names = replaced.map((name) => `    "${name}"`).join(',\n');
  const lines = `  "repository": "github:${to}",\n  "adoptedFrom": [\n${names}\n  ],\n`;
  return text.replace(/^ {2}"adoptedFrom": \[[^\]]*\],\n/m, '').replace(/^ {2}"repository": .*\n/m, () => lines);
}
