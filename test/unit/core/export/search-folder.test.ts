import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { PART_BYTES } from '../../../../src/core/export/parts.js';
import { summarizeSearched } from '../../../../src/core/export/report.js';
import { searchFolder } from '../../../../src/core/export/search-folder.js';
import { Searcher } from '../../../../src/core/export/search.js';
import { listPatterns } from '../../../../src/core/export/secret-forms.js';
import { GzipSearch } from '../../../../src/core/export/unpack.js';
import { FakeArtifacts } from '../../../worlds/fake-artifacts.js';

const SECRET = 'hunter2-hunter2';
const SECRETS = [{ name: '`secret-env`: TOKEN', text: SECRET }];

function search(files: Readonly<Record<string, string | Uint8Array>>, change?: (artifacts: FakeArtifacts) => void) {
  const artifacts = new FakeArtifacts(files);
  change?.(artifacts);
  return searchFolder(SECRETS, { folder: artifacts.folder });
}

/** Acts when the files were read, and the folder is listed once more. */
function beforeLastList({ folder }: FakeArtifacts, act: () => unknown): void {
  const list = folder.list.bind(folder);
  let lists = 0;
  folder.list = () => {
    if (++lists === 2) act();
    return list();
  };
}

describe('A folder for a later step', () => {
  test('is searched as a whole', async () => {
    const searched = await search({ a: 'abc', 'b/c': '' }, ({ skipped }) => void skipped.push('link'));
    expect(searched).toMatchObject({ files: 2, bytes: 3, skipped: ['link'] });
    expect(summarizeSearched(searched, '/a')).toContain('No secret of this run was found in 2 files, 3 bytes.');
  });

  test.each<[what: string, change: (artifacts: FakeArtifacts) => void, says: string]>([
    ['a link leads out of it', ({ outside }) => void outside.push('link'), 'link (a link out of the folder)'],
    ['a folder is unreadable', ({ unreadable }) => void unreadable.push('d (EACCES)'), 'd (EACCES)'],
    ['a file grows', (all) => void (all.onOpen = () => all.set('a', 'abcd')), 'a (it is still growing)'],
    [
      'a file grows after it was read',
      (all) => beforeLastList(all, () => all.set('a', 'abcd')),
      'a (it is still growing)',
    ],
    [
      'a file is new',
      (all) => beforeLastList(all, () => all.set('new', '')),
      'new (it was not there when the search began)',
    ],
    ['a link is new', (all) => beforeLastList(all, () => all.outside.push('link')), 'link (a link out of the folder)'],
    ['a file disappears', (all) => void (all.onOpen = () => void all.files.delete('a')), 'a (ENOENT)'],
  ])('may not be uploaded if %s, which upload-artifact would not notice', async (_, change, says) => {
    await expect(search({ a: 'abc' }, change)).rejects.toMatchObject({
      code: 'export-incomplete',
      message: `/artifacts: 1 file or folder could not be searched for secrets, such as ${says}. Nothing may be uploaded.`,
    });
  });
});

describe('In a gzip file', () => {
  // Digits are packed to half; random bytes would be kept as they are.
  const digits = (size: number): string => randomBytes(size / 2).toString('hex');
  const hidden = (size: number): string => `${digits(size)}${SECRET}${digits(2 * size)}`;

  test.each([
    ['of a few bytes', gzipSync(hidden(10)), 10],
    ['of several parts', gzipSync(hidden(2 * PART_BYTES)), 2 * PART_BYTES],
    ['of two members', Buffer.concat([gzipSync('first'), gzipSync(SECRET)]), 5],
    ['that is cut off', gzipSync(hidden(PART_BYTES)).subarray(0, PART_BYTES), PART_BYTES],
  ])('%s, a secret is found', async (_, content, position) => {
    const details = [`a.log.gz (\`secret-env\`: TOKEN, as it is, at byte ${position} of its unpacked content)`];
    await expect(search({ 'a.log.gz': content })).rejects.toMatchObject({
      code: 'secret-in-artifacts',
      about: { details },
    });
  });

  test.each([
    ['without a secret', gzipSync('nothing')],
    ['that is damaged', Buffer.concat([gzipSync('a').subarray(0, 12), Buffer.from('garbage')])],
    ['with other bytes behind it', Buffer.concat([gzipSync('a'), Buffer.from('garbage')])],
    ['that has only the first bytes of one', Buffer.from([0x1f, 0x8b, 8])],
  ])('%s, none is found, and the search ends', async (_, content) => {
    expect(await search({ 'a.gz': content })).toMatchObject({ files: 1, partly: [] });
  });

  test('with other bytes behind it, those bytes are searched as well', async () => {
    const content = Buffer.concat([gzipSync('a'), Buffer.from(SECRET)]);
    await expect(search({ 'a.gz': content })).rejects.toMatchObject({ code: 'secret-in-artifacts' });
  });

  test('only so much of the content is searched', async () => {
    const packed = new GzipSearch(new Searcher(listPatterns(SECRETS).patterns).start(), 1_000_000);
    await packed.next(gzipSync(Buffer.concat([Buffer.alloc(9_000_000), Buffer.from(SECRET)])));
    expect([await packed.end(), packed.isPartly]).toEqual([undefined, true]);
  });
});
