import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { compilePatterns, filePatterns } from '../../../src/core/inputs/file-patterns.js';
import { parseInputs } from '../../../src/core/inputs/inputs.js';
import { findFiles, type Tree } from '../../../src/host/find-files.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'find-files-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(...paths: string[]): void {
  for (const path of paths) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), '');
  }
}

async function find(patterns: readonly string[], tree?: Tree) {
  const { files, unreadable } = await findFiles(root, compilePatterns(patterns), tree);
  return { paths: files.map(({ path }) => path), unreadable };
}

/** The real file system, which records the folders that are read, and denies some. */
function watch(forbidden: readonly string[] = []) {
  const seen: string[] = [];
  const read = (async (path: string, options: { withFileTypes: true }) => {
    const name = path.slice(root.length + 1);
    if (forbidden.includes(name)) throw Object.assign(new Error('no'), { code: 'EACCES' });
    seen.push(name);
    return readdir(path, options);
  }) as unknown as typeof readdir;
  return { seen, tree: { readdir: read, realpath, stat } };
}

describe('Patterns', () => {
  const FILES = ['r/a.xml', 'r/b.xml', 'r/c.txt', 'r/deep/er/a.xml', 'r/.hidden.xml', 'x.xml', 'r/[1].xml', 's/a.xml'];
  test.each([
    [['r/*.xml'], ['r/.hidden.xml', 'r/[1].xml', 'r/a.xml', 'r/b.xml']],
    [['r/?.xml'], ['r/a.xml', 'r/b.xml']],
    [['r/{a,b}.xml'], ['r/a.xml', 'r/b.xml']],
    [['{r,s}/a.xml'], ['r/a.xml', 's/a.xml']],
    [['{r/deep/er,s}/a.xml'], ['r/deep/er/a.xml', 's/a.xml']],
    [['r/[ab].xml'], ['r/a.xml', 'r/b.xml']],
    [['r/[!a].xml'], ['r/b.xml']],
    [['**/a.xml'], ['r/a.xml', 'r/deep/er/a.xml', 's/a.xml']],
    [['r/**/a.xml'], ['r/a.xml', 'r/deep/er/a.xml']],
    [
      ['r/**.xml', '!r/.*'],
      ['r/[1].xml', 'r/a.xml', 'r/b.xml', 'r/deep/er/a.xml'],
    ],
    [['./x.xml'], ['x.xml']],
    [['r/\\[1\\].xml'], ['r/[1].xml']],
    [['**/*.xml', '!r/**', '!x.xml'], ['s/a.xml']],
    [['r/@(a|b).xml'], ['r/a.xml', 'r/b.xml']],
  ])('%j', async (patterns, expected) => {
    write(...FILES);
    expect((await find(patterns)).paths).toEqual(expected);
  });

  const parse = (text: string) => {
    const { values, problems } = parseInputs({ report: filePatterns('Files.') }, { report: { text } });
    return { given: values.report?.texts, problems };
  };

  test.each([
    ['a.xml, r/{b,c}.xml', ['a.xml', 'r/{b,c}.xml']],
    ['a.xml\nb.xml\n', ['a.xml', 'b.xml']],
    ['a.xml,\r\nb.xml', ['a.xml', 'b.xml']],
    ['r/[a,b].xml', ['r/[a,b].xml']],
    ['**/*.xml, !old/**', ['**/*.xml', '!old/**']],
  ])('%j are %j', (text, given) => {
    expect(parse(text)).toEqual({ given, problems: [] });
  });

  test.each([
    ['!x', 'at least one without `!`'],
    ['/tmp/a.xml', 'it begins with `/`'],
    ['../a.xml', 'it leaves the folder by `..`'],
    ['r/../../a.xml', 'it leaves the folder by `..`'],
    ['reports/', 'it ends with `/`'],
    ['r/{a,b.xml', '`{` and `}` do not come in pairs'],
    ['r/[a.xml', '`[` and `]` do not come in pairs'],
    ['r\\a.xml', 'folders are separated by `/`'],
    ['C:/a.xml', 'folders are separated by `/`'],
    ['a.xml,,b.xml', 'without empty entries'],
    ['a.xml, !../b', 'it leaves the folder by `..`'],
  ])('%j can match nothing, and are refused', (text, why) => {
    expect(parse(text).problems).toEqual([expect.stringContaining(why)]);
  });
});

describe('The search', () => {
  test('reads only folders that may hold a match', async () => {
    write('r/a.xml', 'r/deep/b.xml', 's/t/u/c.xml', 'build/x/test-results/d.xml', 'big/1/2/3/e.xml');
    const { seen, tree } = watch();
    await find(['r/*.xml', 'build/*/test-results/*.xml'], tree);
    expect(seen.sort()).toEqual(['', 'build', 'build/x', 'build/x/test-results', 'r']);
  });

  test('leaves out folders of generated files, unless a pattern names them', async () => {
    write('node_modules/p/r.xml', '.tox/a/r.xml', '.git/r.xml', 'r.xml');
    expect((await find(['**/r.xml'])).paths).toEqual(['r.xml']);
    expect((await find(['.tox/**/r.xml'])).paths).toEqual(['.tox/a/r.xml']);
  });

  test('follows links, and reads each folder only once', async () => {
    write('real/r.xml', 'loop/a/r.xml');
    symlinkSync(join(root, 'real'), join(root, 'link'));
    symlinkSync('..', join(root, 'loop/a/up'));
    symlinkSync('nowhere', join(root, 'dangling.xml'));
    symlinkSync('self.xml', join(root, 'self.xml'));
    symlinkSync(join(root, 'real/r.xml'), join(root, 'file.xml'));
    expect(await find(['link/*.xml'])).toEqual({ paths: ['link/r.xml'], unreadable: [] });
    expect(await find(['**/*.xml'])).toEqual({
      paths: ['file.xml', 'loop/a/r.xml', 'real/r.xml'],
      unreadable: ['self.xml (ELOOP)'],
    });
  });

  test('continues after an unreadable folder, and lists it', async () => {
    write('a/r.xml', 'closed/r.xml', 'z/r.xml');
    const { tree } = watch(['closed']);
    expect(await find(['**/r.xml'], tree)).toEqual({ paths: ['a/r.xml', 'z/r.xml'], unreadable: ['closed (EACCES)'] });
  });

  test('lists the root itself when it is unreadable', async () => {
    expect(await find(['*.xml'], watch(['']).tree)).toEqual({ paths: [], unreadable: ['. (EACCES)'] });
  });
});
