import { compilePatterns, filePatterns, type FilePatterns } from '../inputs/file-patterns.js';
import { BadValue } from '../inputs/inputs.js';

/** Where files with results are looked for. */
export interface ResultPaths {
  /** Absolute; '' is the workspace. */
  readonly root: string;
  readonly patterns: FilePatterns;
}

const MAGIC = /[*?[\]{}()!]/;
const relative = filePatterns('');

/**
 * Reads patterns of files, relative to the workspace or absolute, such as those in the artifacts of run-compose, which
 * are outside of it.
 *
 * @throws BadValue
 */
export function parseResultPaths(text: string): readonly ResultPaths[] {
  const entries = text.split(/\r?\n/).flatMap((line) => splitLine(line.trim().replace(/,$/, '')));
  const own = entries.filter((entry) => !entry.startsWith('/'));
  const absolute = entries.filter((entry) => entry.startsWith('/')).map(splitRoot);
  const isOnlyExclusion = own.every((entry) => entry.startsWith('!'));
  if (own.length === 0 || (isOnlyExclusion && absolute.length > 0)) return absolute;
  return [{ root: '', patterns: relative.parse(own.join('\n'))! }, ...absolute];
}

/** A comma between braces is no separator. */
function splitLine(line: string): string[] {
  return line === '' ? [] : line.split(/,(?![^{]*\})/).map((one) => one.trim());
}

/** @throws BadValue */
function splitRoot(path: string): ResultPaths {
  const parts = path.slice(1).split('/');
  if (parts.includes('..') || parts.includes('')) {
    throw new BadValue('paths without `..` and empty parts; is a variable in it not set?', path);
  }
  const first = parts.findIndex((part) => MAGIC.test(part));
  const at = first === -1 ? parts.length - 1 : first;
  return { root: `/${parts.slice(0, at).join('/')}`, patterns: compilePatterns([parts.slice(at).join('/')]) };
}
