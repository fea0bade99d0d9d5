import { lstatSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createMaskFile, isMask, readMask, readMaskFile, removeMaskFile } from '../../../src/host/masks.js';
import { openPhaseHost } from '../../../src/host/phase-host.js';
import { PhaseMasks } from '../../../src/host/phase-masks.js';
import { readStepSecrets } from '../../../src/host/step-secrets.js';
import { captureOutput } from '../../worlds/captured-output.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'masks-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('A line masks', () => {
  test.each([
    ['::add-mask::secret', ['secret']],
    ['  ::ADD-MASK::secret word ', ['secret word ']],
    ['::add-mask a=b::a::b::c', ['a::b::c']],
    ['::add-mask::a%25b%0Asecond%0D%0Ax', ['a%b\nsecond\r\nx', 'second']],
    ['text ##[add-mask]secret%3B%5D', ['secret;]']],
    ['::add-mask::abc', []],
    ['::add-mask::', []],
  ])('%j: %j', (line, texts) => {
    expect(readMask(line)).toEqual(texts);
    expect(isMask(line)).toBe(true);
  });

  test.each(['test | ::add-mask::secret', '::add-masks::secret', '::error::secret', 'add-mask'])(
    '%j: nothing',
    (line) => {
      expect([readMask(line), isMask(line)]).toEqual([[], false]);
    },
  );
});

describe('The file of masked texts', () => {
  const path = (): string => join(root, 'a', 'masks');

  test('keeps them for the post step, for this user alone', () => {
    const file = createMaskFile(path());
    file.add('one\ntwo');
    file.add('three');
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    expect(readMaskFile(path())).toEqual(['one\ntwo', 'three']);
    removeMaskFile(path());
    expect(readMaskFile(path())).toBeUndefined();
  });

  test('is read without a last line that was not written to its end', () => {
    createMaskFile(path()).add('one');
    writeFileSync(path(), `${readFileSync(path(), 'utf8')}"tw`);
    expect(readMaskFile(path())).toEqual(['one']);
  });

  test('is gone if a text could not be written, so that nothing is exported without the search for it', () => {
    const file = createMaskFile(path());
    rmSync(path());
    symlinkSync('/dev/full', path());
    file.add('one');
    expect(lstatSync(path(), { throwIfNoEntry: false })).toBeUndefined();
    expect(readMaskFile(path())).toBeUndefined();
  });
});

test('What a phase masks is replaced in the files of ours from then on, and told', async () => {
  const told: string[] = [];
  const artifacts = join(root, 'artifacts');
  const place = { directory: root, artifacts, shared: join(root, 'shared'), variables: {} };
  const host = openPhaseHost({ ...place, masks: new PhaseMasks(['of-the-inputs'], (text) => told.push(text)) });
  const { signal } = new AbortController();
  const commands = 'echo derived; echo "::add-mask::derived"; echo "derived of-the-inputs"; echo "::add-mask::derived"';
  const output = captureOutput();
  await host.run({ title: 'a', commands, env: {}, log: 'run.log', boundMs: 60_000, signal, prefix: 'a | ' });
  output.release();
  host.writeFile('FAILURE', 'derived');
  expect(readFileSync(join(artifacts, 'run.log'), 'utf8')).toBe('derived\n::add-mask::***\n*** ***\n::add-mask::***\n');
  expect(readFileSync(join(artifacts, 'FAILURE'), 'utf8')).toBe('***');
  expect(told).toEqual(['derived']);
  // GitHub replaces them in its log, and finds a command only at the beginning of a line.
  expect(output.lines()).toEqual(expect.arrayContaining(['::add-mask::derived', 'a | derived of-the-inputs']));
});

test('The secrets of a step are the credentials in its environment', () => {
  const env = { GITHUB_TOKEN: 'a', AWS_SESSION_TOKEN: 'b', ACTIONS_RUNTIME_TOKEN: ' ', AWS_REGION: 'c', MY_TOKEN: 'd' };
  expect(readStepSecrets(env)).toEqual([
    { name: 'AWS_SESSION_TOKEN', text: 'b' },
    { name: 'GITHUB_TOKEN', text: 'a' },
  ]);
});
