import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { collectFiles, collectInterleaved, divideResults } from '../../../src/host/collect-results.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'collect-results-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, text = path): string {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  return join(root, path);
}

async function collect(texts: readonly string[], since?: string) {
  const places = { directory: join(root, 'checkout'), artifacts: join(root, 'artifacts') };
  const collected = await collectFiles(divideResults(texts, places), { to: join(root, 'to'), since });
  return collected;
}

/** The files of the collection with their texts. */
function listCollected(): Record<string, string> {
  const files = readdirSync(join(root, 'to'), { recursive: true, encoding: 'utf8', withFileTypes: true });
  return Object.fromEntries(
    files
      .filter((one) => one.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .map((path) => [path.slice(join(root, 'to/').length), readFileSync(path, 'utf8')]),
  );
}

/** The kernel's clock for files has ticks of some milliseconds. */
const tick = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 30));

describe('The collection of results', () => {
  test('has what matches in the directory, and with $ARTIFACTS/ what matches in the artifacts, under their paths', async () => {
    for (const path of ['checkout/out/a.json', 'checkout/out/b.txt', 'artifacts/a.json', 'artifacts/out/c.json'])
      write(path);
    const { files } = await collect(['out/*.json', '$ARTIFACTS/*.json']);
    expect(files).toEqual(['workspace/out/a.json', 'artifacts/a.json']);
    expect(listCollected()).toEqual({
      'workspace/out/a.json': 'checkout/out/a.json',
      'artifacts/a.json': 'artifacts/a.json',
    });
  });

  test('finds $ARTIFACT_DIR/ in the folder of any phase', async () => {
    for (const path of ['artifacts/000__prepare/log.txt', 'artifacts/001__test/results.json', 'checkout/results.json'])
      write(path);
    expect((await collect(['$ARTIFACT_DIR/results.json'])).files).toEqual(['artifacts/001__test/results.json']);
  });

  test('leaves out what an exclusion names, in the folder that it is about', async () => {
    for (const path of ['checkout/a.json', 'checkout/b.json', 'artifacts/b.json']) write(path);
    const { files } = await collect(['*.json', '!b.json', '$ARTIFACTS/*.json']);
    expect(files).toEqual(['workspace/a.json', 'artifacts/b.json']);
  });

  test('has no file that was there before the measurement, whatever time it claims', async () => {
    write('checkout/old.json');
    await tick();
    const since = write('before');
    await tick();
    const fresh = write('checkout/new.json');
    utimesSync(fresh, 1, 1);
    const { files, stale } = await collect(['*.json'], since);
    expect([files, stale]).toEqual([['workspace/new.json'], ['old.json']]);
  });

  test('has a file with two names once', async () => {
    write('checkout/a.json');
    symlinkSync(join(root, 'checkout/a.json'), join(root, 'checkout/b.json'));
    expect((await collect(['*.json'])).files).toEqual(['workspace/a.json']);
  });

  test('is empty if nothing matches', async () => {
    write('checkout/a.json');
    expect(await collect(['b.json'])).toEqual({ files: [], stale: [], unreadable: [] });
  });
});

describe('The collection of an interleaved measurement', () => {
  const list = (results: readonly string[]): string =>
    write('artifacts/interleaved.json', JSON.stringify({ runs: results.map((path) => ({ results: [path] })) }));

  test('has the list of the runs, and the files that it names', () => {
    for (const path of ['artifacts/base-1/a.json', 'artifacts/head-1/a.json', 'artifacts/head-1/log.txt']) write(path);
    const { files } = collectInterleaved(list(['base-1/a.json', 'head-1/a.json']), join(root, 'to'));
    expect(files).toEqual(['interleaved.json', 'base-1/a.json', 'head-1/a.json']);
    expect(Object.keys(listCollected()).toSorted()).toEqual(files.toSorted());
  });

  test.each(['../secret', '/etc/hostname'])('takes no file of another folder: %s', (path) => {
    write('secret');
    expect(() => collectInterleaved(list([path]), join(root, 'to'))).toThrow(`names ${path}`);
  });
});
