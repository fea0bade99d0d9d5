import picomatch from 'picomatch';
import { BadValue, type InputDefinition } from './inputs.js';

/** Patterns of files. Paths are relative to a folder, with `/`. */
export interface FilePatterns {
  /** The patterns as they were written. */
  readonly texts: readonly string[];
  matches(path: string): boolean;
  /** Whether this folder, or a folder below it, may have a file that matches. */
  mayLead(folder: string): boolean;
  /** Whether a pattern names this folder. Then it is searched, even if it is one of those that are usually skipped. */
  names(folder: string): boolean;
}

const ALLOWED =
  'paths relative to that folder, with `*`, `?`, `**`, `{a,b}`, `[abc]`, and `!` before a pattern of files to exclude; at least one without `!`';
const OPTIONS = { dot: true, nonegate: true } as const;

/** An input that lists files by patterns. A pattern that cannot match any file is refused before anything runs. */
export function filePatterns(description: string): InputDefinition<FilePatterns | undefined> {
  return {
    takes: 'file patterns',
    description,
    parse(text) {
      const patterns = splitPatterns(text);
      for (const pattern of patterns) {
        const why = findImpossible(pattern.replace(/^!/, ''));
        if (why !== undefined) throw new BadValue(`${ALLOWED} (${why})`, pattern);
      }
      if (patterns.every((pattern) => pattern.startsWith('!'))) throw new BadValue(ALLOWED);
      return compilePatterns(patterns);
    },
  };
}

export function compilePatterns(patterns: readonly string[]): FilePatterns {
  const normal = patterns.map(normalize);
  const wanted = normal.filter((pattern) => !pattern.startsWith('!'));
  const excluded = normal.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1));
  const isWanted = picomatch(wanted, OPTIONS);
  const isExcluded = excluded.length > 0 ? picomatch(excluded, OPTIONS) : () => false;
  const patternParts = wanted.map((pattern) => splitOutside(pattern, '/'));
  return {
    texts: patterns,
    matches: (path) => isWanted(path) && !isExcluded(path),
    mayLead: (folder) => patternParts.some((parts) => mayLead(folder.split('/'), parts)),
    names: (folder) => patternParts.some((parts) => parts.includes(folder)),
  };
}

function mayLead(folder: readonly string[], parts: readonly string[]): boolean {
  for (const [index, name] of folder.entries()) {
    const part = parts[index];
    if (part === undefined) return false;
    // `**`, and braces that span folders, can match below any folder.
    if (part === '**' || part.includes('/')) return true;
    if (!picomatch.isMatch(name, part, OPTIONS)) return false;
  }
  return folder.length < parts.length;
}

/** Turns `./a` into `a`, `[!a]` into `[^a]`, and `a/**.xml` into a pattern for files at any depth. */
function normalize(pattern: string): string {
  return pattern
    .replace(/^(!?)(?:\.\/)+/, '$1')
    .replace(/(?<!\\)\[!/g, '[^')
    .replace(/(^!?|\/)\*\*(?=[^/*])/g, '$1**/*');
}

/** Splits at commas and new lines, except within braces. */
function splitPatterns(text: string): string[] {
  const patterns = text
    .split(/\r?\n/)
    .flatMap((line) => splitOutside(line.trim().replace(/,$/, ''), ','))
    .map((pattern) => pattern.trim());
  if (patterns.includes('')) throw new BadValue(`${ALLOWED}, without empty entries`);
  return [...new Set(patterns)];
}

/** Splits at a character outside braces, brackets and parentheses. */
function splitOutside(text: string, sign: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const [index, one] of text.split('').entries()) {
    const isEscaped = text[index - 1] === '\\';
    if (!isEscaped && '{[('.includes(one)) depth += 1;
    if (!isEscaped && '}])'.includes(one)) depth -= 1;
    if (one === sign && depth <= 0) parts.push('');
    else parts[parts.length - 1] += one;
  }
  return parts;
}

/** Why no file can match; `undefined` if a file can. */
function findImpossible(pattern: string): string | undefined {
  if (pattern.startsWith('/')) return 'it begins with `/`';
  if (pattern.endsWith('/')) return 'it ends with `/`, as a folder does; add `**/*.xml` or the like';
  if (pattern.split('/').includes('..')) return 'it leaves the folder by `..`';
  if (/^[A-Za-z]:|\\(?![{}[\]()*?!,\\])/.test(pattern)) return 'folders are separated by `/`';
  for (const [open, close] of ['{}', '[]', '()']) {
    if (countOf(pattern, open!) !== countOf(pattern, close!))
      return `\`${open}\` and \`${close}\` do not come in pairs`;
  }
  return undefined;
}

/** How many times a pattern has a character without a backslash before it. */
function countOf(pattern: string, sign: string): number {
  return pattern.split('').filter((one, index) => one === sign && pattern[index - 1] !== '\\').length;
}
