import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Folders that are installed or built. */
const foreign = new Set(['.git', '.peers', 'build', 'coverage', 'node_modules']);
/** Pages about the past: the paths that they name in backticks may be gone, their links may not. */
const history = /^CHANGELOG\.md$|^docs\/adr\//;

/** The files of the repository as paths from its root, folders with a slash at the end. */
type Paths = readonly string[];

/** A page and its text, as it is or as a test changes it. */
interface Page {
  readonly path: string;
  readonly text: string;
}

function listPaths(folder = ''): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter(({ name }) => !foreign.has(name))
    .flatMap((entry) => {
      const path = posix.join(folder, entry.name);
      return entry.isDirectory() ? [`${path}/`, ...listPaths(path)] : [path];
    });
}

function readPage(path: string): Page {
  return { path, text: readFileSync(join(root, path), 'utf8') };
}

/** Links whose file does not exist, or whose file has no heading for the anchor. */
function findBrokenLinks({ path, text }: Page): string[] {
  const targets = [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => {
      const [file = '', anchor] = target.split('#');
      const linked = file === '' ? path : posix.join(dirname(path), file);
      if (!existsSync(join(root, linked))) return true;
      if (anchor === undefined) return false;
      if (statSync(join(root, linked)).isDirectory()) return true;
      return !listAnchors(file === '' ? text : readPage(linked).text).includes(anchor);
    })
    .map((target) => `${path}: ${target}`);
}

/** Paths in backticks that begin with a folder of the repository and lead nowhere. `.github/` is a user's mostly. `*` and `<name>` stand for any name. */
function findMissingPaths({ path, text }: Page, paths: Paths): string[] {
  const folders = new Set(paths.map((one) => one.split('/')[0]!));
  return [...withoutBlocks(text).matchAll(/`([^`\s]+)`/g)]
    .map(([, code = '']) => code)
    .filter((code) => /^\w[\w.-]*\/[\w./*<>-]*$/.test(code) && folders.has(code.split('/')[0]!))
    .filter((code) => !isActionOfGitHub(code) && !paths.some((one) => toPattern(code).test(one)))
    .map((code) => `${path}: ${code}`);
}

/** Pages that a program or a workflow names and that do not exist. A name of one letter is a test's example. */
function findMissingPages({ path, text }: Page): string[] {
  return [...text.matchAll(/(?<![\w./:-])(?:docs|ami)\/[\w/-]*\w\w\.md\b/g)]
    .filter(([page]) => !existsSync(join(root, page)))
    .map(([page]) => `${path}: ${page}`);
}

/** `actions/checkout` is a repository of GitHub; files of our own folder of that name have an ending. */
function isActionOfGitHub(code: string): boolean {
  return /^actions\/[\w-]+$/.test(code);
}

function toPattern(code: string): RegExp {
  const escaped = code.replace(/[.+]/g, '\\$&').replace(/\*|<[\w-]+>/g, '[^/]*');
  return new RegExp(`^${escaped}/?$`);
}

/** GitHub's anchors: lower case, punctuation dropped, hyphens for spaces, a number after one that occurs again. */
function listAnchors(text: string): string[] {
  const seen = new Map<string, number>();
  return [...withoutBlocks(text).matchAll(/^#{1,6} +(.+?) *$/gm)].map(([, heading = '']) => {
    const shown = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const anchor = shown.replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-');
    const before = seen.get(anchor) ?? 0;
    seen.set(anchor, before + 1);
    return before === 0 ? anchor : `${anchor}-${before}`;
  });
}

function withoutBlocks(text: string): string {
  return text.replace(/^ *(```+|~~~+)[^]*?^ *\1$/gm, '');
}

function withoutCode(text: string): string {
  return withoutBlocks(text).replace(/`[^`\n]*`/g, '');
}

describe('The documents', () => {
  const paths = listPaths();
  const pages = paths.filter((path) => path.endsWith('.md')).map(readPage);

  test('link to files and headings that exist', () => {
    expect(pages.flatMap(findBrokenLinks)).toEqual([]);
  });

  test('name paths of the repository that exist', () => {
    const current = pages.filter(({ path }) => !history.test(path) && !path.startsWith('test/fixtures/'));
    expect(current.flatMap((page) => findMissingPaths(page, paths))).toEqual([]);
  });

  test('are named by their path in programs and workflows', () => {
    const programs = paths.filter((path) => /\.(ts|sh|hcl|service|yml)$/.test(path) && !path.startsWith('dist/'));
    expect(programs.map(readPage).flatMap(findMissingPages)).toEqual([]);
  });

  test('show the rooms of the core as the architecture test orders them', () => {
    const [, table = ''] =
      /const rooms[^{]*\{\n([^]*?)\n\};/.exec(readPage('test/unit/architecture.test.ts').text) ?? [];
    const enforced = [...table.matchAll(/'?([\w-]+)'?: \[(.*?)\]/g)].map(([, room = '', below = '']) => [
      room,
      below.replaceAll("'", ''),
    ]);
    const rows = readPage('docs/inside/architecture.md').text.matchAll(/^\| `([\w-]+)` +\|.*\| ([a-z, -]*?) *\|$/gm);
    expect([...rows].map(([, room, below]) => [room, below])).toEqual(enforced);
    expect(enforced.length).toBeGreaterThan(10);
  });

  test.each([
    ['a missing file', '[a](no-such-page.md)'],
    ['a missing heading', '[a](../README.md#no-such-heading)'],
    ['a missing heading of the same page', '# One\n\n[a](#two)'],
    ['an anchor of a folder', '[a](adr#one)'],
  ])('%s is noticed', (_, text) => {
    expect(findBrokenLinks({ path: 'docs/limitations.md', text })).toHaveLength(1);
  });

  test('links in code, to other sites and to repeated headings are no complaint', () => {
    const text =
      '`[a](b)`\n\n```md\n[a](b)\n```\n\n# A `b`, c\n\n# A b c\n\n[a](https://b/c) [a](#a-b-c) [a](#a-b-c-1)';
    expect(findBrokenLinks({ path: 'docs/limitations.md', text })).toEqual([]);
  });

  test('a missing path in backticks is noticed, also one with a star', () => {
    const text = '`src/no-such.ts`, `test/*.nothing`, `actions/<action>.gone.ts`, `actions/checkout`, `text/html`';
    expect(findMissingPaths({ path: 'docs/limitations.md', text }, paths)).toHaveLength(3);
  });

  test('a missing page in a message is noticed', () => {
    const text = ['docs', 'no-such-page.md'].join('/');
    expect(findMissingPages({ path: 'src/a.ts', text: `See ${text}.` })).toEqual([`src/a.ts: ${text}`]);
  });
});
