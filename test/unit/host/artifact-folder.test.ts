import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { searchFolder } from '../../../src/core/export/search-folder.js';
import { openArtifactFolder } from '../../../src/host/artifact-folder.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'artifacts-'));
  mkdirSync(join(root, '001__test/plots'), { recursive: true });
  writeFileSync(join(root, '001__test/plots/a.svg'), '<svg/>');
  writeFileSync(join(root, 'FINISHED'), 'yes');
});
afterEach(() => rmSync(root, { recursive: true }));

test('A folder lists its files at any depth with their sizes, and links by name alone', async () => {
  symlinkSync('/etc', join(root, 'etc'));
  symlinkSync('/etc/hostname', join(root, '001__test/hostname'));
  expect(await openArtifactFolder(root).list()).toEqual({
    files: [
      { path: '001__test/plots/a.svg', size: 6 },
      { path: 'FINISHED', size: 3 },
    ],
    skipped: ['001__test/hostname', 'etc'],
    outside: ['001__test/hostname', 'etc'],
    unreadable: [],
  });
});

test('A file is read from a position to its end', async () => {
  const reader = await openArtifactFolder(root).open('001__test/plots/a.svg');
  const into = new Uint8Array(10);
  expect(await reader.read(into, 4)).toBe(2);
  expect(Buffer.from(into.subarray(0, 2)).toString()).toBe('/>');
  await reader.close();
});

test('A file that has become a link since it was listed is not read', async () => {
  rmSync(join(root, 'FINISHED'));
  symlinkSync('/etc/hostname', join(root, 'FINISHED'));
  await expect(openArtifactFolder(root).open('FINISHED')).rejects.toMatchObject({ code: 'ELOOP' });
});

test('A file is written, and a folder that is not there is bad input', async () => {
  await openArtifactFolder(root).write('export.url', 'https://');
  expect(readFileSync(join(root, 'export.url'), 'utf8')).toBe('https://');
  await expect(openArtifactFolder(join(root, 'FINISHED')).list()).rejects.toMatchObject({ code: 'bad-input' });
});

test('A name that is no UTF-8 is the reason why a file and a folder cannot be read, with what to do', async () => {
  const latin1 = (name: string): Buffer => Buffer.from(join(root, name), 'latin1');
  writeFileSync(latin1('b\xfccher.log'), '');
  mkdirSync(latin1('gr\xfc\xdfe'));
  await expect(searchFolder([], { folder: openArtifactFolder(root) })).rejects.toMatchObject({
    about: {
      details: [
        'b\uFFFDcher.log (its name is no UTF-8: rename it)',
        'gr\uFFFD\uFFFDe (its name is no UTF-8: rename it)',
      ],
    },
  });
});
